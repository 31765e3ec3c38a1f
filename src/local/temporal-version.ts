/**
 * The release of the Temporal CLI (server, web UI and operator commands in one program) that the package is tried with.
 * `tools/temporal/go.mod` names the same release; the name of the cached program carries it.
 */
export const TEMPORAL_CLI_VERSION = '1.9.1';
