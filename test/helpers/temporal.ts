import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { ExistingServerTestWorkflowEnvironmentOptions } from '@temporalio/testing';
// By file and not by the folder's index, which would load the whole local stack into every test.
import { findTemporal } from '../../src/local/find-temporal.ts';
import { createProgressPrinter } from '../../src/local/progress-printer.ts';
import { startTemporalServer } from '../../src/local/temporal-server.ts';
import type { TemporalServerOptions } from '../../src/local/temporal-server.ts';

/** What a test may want otherwise. */
export interface TestEnvironmentOptions
  extends
    Pick<ExistingServerTestWorkflowEnvironmentOptions, 'client' | 'plugins'>,
    Pick<TemporalServerOptions, 'dbFilename' | 'extraArgs' | 'namespace' | 'port' | 'searchAttributes' | 'ui'> {}

/** The environment of the SDK, which can also be put into a variable with `await using`. */
export type TestEnvironment = TestWorkflowEnvironment & AsyncDisposable;

/**
 * Starts a Temporal server for this test file alone: in memory, without the web UI, on a free port, with our search
 * attributes, time skipping, fairness and one partition a queue. `teardown` stops it.
 *
 * The server is started by our own code and not by the SDK's `createLocal`: the SDK's child writes its banner into the
 * test's standard output, in the middle of what the test runner reads there, and outlives a test that is killed.
 */
export async function createTestEnvironment(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
  quietRuntime();
  const { client, plugins, ...serverOptions } = options;
  const executable = await findTestTemporal();
  const server = await startTemporalServer({ ui: false, ...serverOptions, executable, env: process.env });
  let environment: TestWorkflowEnvironment;
  try {
    environment = await TestWorkflowEnvironment.createFromExistingServer({
      address: server.address,
      namespace: server.namespace,
      ...(client === undefined ? {} : { client }),
      ...(plugins === undefined ? {} : { plugins }),
    });
  } catch (error) {
    await server.close();
    throw error;
  }
  const disconnect = environment.teardown.bind(environment);
  const teardown = async (): Promise<void> => {
    try {
      await disconnect();
    } finally {
      await server.close();
    }
  };
  return Object.assign(environment, { teardown, [Symbol.asyncDispose]: teardown });
}

/** The `temporal` program that tests start; found or made like everybody's, with the progress on the error output. */
export async function findTestTemporal(): Promise<string> {
  const progress = createProgressPrinter(process.stderr, false);
  const found = await findTemporal({ env: process.env, onProgress: (step) => progress.report(step) });
  return found.path;
}

/** The SDK's native side is set up once a process, so whoever was first has decided. */
function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
    });
  } catch (error) {
    if (!(error instanceof Error && error.name === 'IllegalStateError')) throw error;
  }
}
