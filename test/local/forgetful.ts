/** Started by a test: starts a server, says its process id, and never stops it. */
import { startTemporalServer } from '../../src/local/temporal-server.ts';

const executable = process.env['TEST_TEMPORAL'] ?? '';
const server = await startTemporalServer({ executable, env: process.env, ui: false });
process.stdout.write(`${server.pid}\n`);
if (process.env['TEST_WAIT']) setInterval(() => undefined, 60_000);
