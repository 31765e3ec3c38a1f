import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startChild } from '../helpers/child.ts';

test(
  'the tour is ended by Ctrl-C in the middle of a step, which is no failure of it',
  { timeout: 240_000 },
  async (t) => {
    const tour = startChild('src/tour.ts', ['--json']);
    t.signal.addEventListener('abort', () => tour.signal('SIGKILL'));
    try {
      // The next steps take many seconds.
      await tour.untilStderr(/✓ Every route refuses/);
      tour.signal('SIGINT');
      assert.equal(await tour.exited, 130, tour.stderr());
      assert.deepEqual(JSON.parse(tour.stdout()), { error: { code: 'stopped', message: 'Stopped by SIGINT' } });
      assert.match(tour.stderr(), /^Error: Stopped by SIGINT$/m);
      assert.doesNotMatch(tour.stderr(), /✗/);
    } finally {
      tour.signal('SIGKILL');
      await tour.exited;
    }
  },
);
