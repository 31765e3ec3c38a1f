/**
 * Throws generated calls at the webhook, the intake and every other route over real connections:
 *
 *   npm run fuzz -- [--runs 10000] [--seed 1] [--kind callbacks|requests|routes|broken] [--json]
 *
 * `--runs` calls of each kind. A genuine callback has to be answered 200 and be signalled or kept, nothing may be answered
 * by a failure of ours or later than a second, no call may change a prototype, and no log line may quote one. The first call
 * that does otherwise is made as small as it can be and shown, and the exit code is 1.
 */
import { Option } from 'commander';
import { attack, KINDS } from '../test/fuzz/attack.ts';
import { startFuzzTarget } from '../test/fuzz/target.ts';
import { measurement } from './measurement.ts';

const { runs, seed, kind, json } = measurement(
  'fuzz',
  'Throws generated calls at every route of the HTTP process over real connections, and looks for what may not happen.',
  {
    runs: { what: 'calls of each kind', default: 10_000 },
    seed: { what: 'decides the calls', default: 1 },
  },
)
  .addOption(new Option('--kind <kind>', 'only calls of this kind').choices(KINDS))
  .parse()
  .opts<{ runs: number; seed: number; kind?: (typeof KINDS)[number]; json: boolean }>();
const kinds = kind === undefined ? KINDS : [kind];

const begun = performance.now();
await using target = await startFuzzTarget();
const bytes: Record<string, number> = {};
for (const kind of kinds) {
  const before = target.bytes();
  await attack(target, { kind, runs, seed });
  bytes[kind] = target.bytes() - before;
  process.stderr.write(`${kind}: ${runs} calls, ${bytes[kind]} bytes\n`);
}
const result = {
  runs: runs * kinds.length,
  seed,
  bytes: target.bytes(),
  bytesOfKind: bytes,
  settled: target.settled(),
  rssPeakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  seconds: Math.round((performance.now() - begun) / 1_000),
};
if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
else for (const [name, value] of Object.entries(result)) process.stdout.write(`${name}: ${JSON.stringify(value)}\n`);
