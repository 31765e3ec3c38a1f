/** Finds or builds the Temporal server before the tests begin, so that its progress is seen and no test waits for it. */
import { createProgressPrinter, findTemporal } from '../../src/local/index.ts';

const printer = createProgressPrinter(process.stderr, process.stderr.isTTY && process.env.CI === undefined);
try {
  const { path, source } = await findTemporal({ env: process.env, onProgress: printer.report });
  printer.end();
  process.stderr.write(`Temporal server: ${path} (${source})\n`);
} catch (error) {
  printer.end();
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
