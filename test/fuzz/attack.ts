/** Throws calls at the HTTP surface and holds every answer against what is promised. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { brokenCall, type Call, genuineCallback, intakeCall, routeCall } from './calls.ts';
import { type FuzzTarget, type RawAnswer, SECRETS } from './target.ts';

/** Kinds of calls. */
export const KINDS = ['callbacks', 'requests', 'routes', 'broken'] as const;
export type Kind = (typeof KINDS)[number];

export interface AttackOptions {
  kind: Kind;
  runs: number;
  seed: number;
}

/** Throws the calls one after another; the first that is answered wrongly is made as small as it can be and thrown. */
export async function attack(target: FuzzTarget, { kind, runs, seed }: AttackOptions): Promise<void> {
  const { arbitrary, check } = kindOf(target, kind);
  await fc.assert(
    fc.asyncProperty(arbitrary, async (call) => {
      const before = target.settled();
      const answer = await target.exchange(call.pieces, { mayWait: kind === 'broken' });
      const size = call.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
      check(answer, { settled: target.settled() - before, line: lineOf(call), size });
      assertUnharmed(target);
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
  const alive = await fetch(`http://127.0.0.1:${target.port}/healthz`);
  assert.equal(alive.status, 200);
  await alive.arrayBuffer();
}

/** Up to so many bytes are taken in from a connection before its answer is written. */
const SURELY_READ_BYTES = 16_000;

type Check = (answer: RawAnswer | undefined, call: { settled: number; line: string; size: number }) => void;

function kindOf(target: FuzzTarget, kind: Kind): { arbitrary: fc.Arbitrary<Call>; check: Check } {
  switch (kind) {
    case 'callbacks':
      return {
        arbitrary: genuineCallback,
        check(answer, { settled, line }) {
          assert.equal(answer?.status, 200, `${line}: ${answer?.body}`);
          assert.ok(settled > 0, `${line}: neither signalled nor kept`);
        },
      };
    case 'requests':
      return {
        arbitrary: intakeCall,
        check(answer, { line }) {
          // 415 where the body is not sent as JSON.
          assert.ok([200, 400, 413, 415].includes(answer?.status ?? 0), `${line}: ${answer?.status} ${answer?.body}`);
        },
      };
    case 'routes':
      return {
        arbitrary: routeCall(target.app.routes),
        check(answer, { line, size }) {
          // Where a route does not read the body, its rest resets the connection, and the answer with it.
          if (answer === undefined && size > SURELY_READ_BYTES) return;
          const status = answer?.status ?? 0;
          assert.ok(status >= 200 && status < 500, `${line}: ${status} ${answer?.body}`);
        },
      };
    case 'broken':
      return {
        arbitrary: brokenCall,
        check(answer, { line }) {
          assert.ok((answer?.status ?? 400) < 500, `${line}: ${answer?.status} ${answer?.body}`);
        },
      };
  }
}

/** No call leaves anything behind in the process, and none is quoted in the log. */
function assertUnharmed(target: FuzzTarget): void {
  assert.equal(({} as { polluted?: unknown }).polluted, undefined, 'Object.prototype was changed');
  for (const line of target.newLines()) {
    assert.doesNotMatch(line, /^A request failed/, line);
    for (const secret of SECRETS) assert.ok(!line.includes(secret), `the log holds ${secret}: ${line}`);
  }
}

function lineOf({ pieces }: Call): string {
  return (
    Buffer.from(pieces[0] ?? [])
      .toString('latin1')
      .split('\r\n', 1)[0]
      ?.slice(0, 200) ?? ''
  );
}
