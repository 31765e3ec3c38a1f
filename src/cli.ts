#!/usr/bin/env node
import { ignoreBrokenPipes, invocationOf, runCommandLine } from './commands/index.ts';

/** What a command left behind may delay the end of the process by this much, in milliseconds. */
const LINGER_MS = 5_000;

ignoreBrokenPipes();

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  invocation: invocationOf({ argv: process.argv, execArgv: process.execArgv, env: process.env, cwd: process.cwd() }),
});
setTimeout(() => process.exit(), LINGER_MS).unref();
