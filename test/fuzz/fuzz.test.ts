import { after, before, test } from 'node:test';
import { attack, KINDS } from './attack.ts';
import { type FuzzTarget, startFuzzTarget } from './target.ts';

/** The same calls each time; `npm run fuzz` makes others, and many more. */
const SEED = 20_261_125;
const RUNS = 150;

let target: FuzzTarget;
before(async () => {
  target = await startFuzzTarget();
});
after(() => target?.[Symbol.asyncDispose]());

const PROMISES = {
  callbacks: 'whatever a genuine callback brings, it is answered 200 and is signalled or kept',
  requests: 'whatever is requested, it is answered 200, 400, 413 or 415, never by a failure of ours',
  routes: 'whatever any route is asked, it is no failure of ours',
  broken: 'whatever comes over a connection, the process lives on',
} as const;

for (const kind of KINDS) {
  test(PROMISES[kind], { timeout: 120_000 }, () => attack(target, { kind, runs: RUNS, seed: SEED }));
}
