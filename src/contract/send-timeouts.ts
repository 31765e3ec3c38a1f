/**
 * How long one `send` activity may run on a worker (start-to-close), in milliseconds. It covers the pacer's wait, the
 * POST and the note of acceptance.
 */
export const SEND_TIMEOUT_MS = 30_000;

/** The POST's own deadline, in milliseconds; official clients use 30 s, which would leave nothing for the rest. */
export const SUBMIT_TIMEOUT_MS = 15_000;

/** How long the note of acceptance may take before the workflow is left to write it, in milliseconds. */
export const NOTE_TIMEOUT_MS = 2_000;

/** With less life than this left no POST is begun, in milliseconds: the message would expire on its way. */
export const LEAST_LIFE_MS = 10_000;
