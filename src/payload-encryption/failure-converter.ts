/**
 * The failure converter of encrypted payloads: messages and stack traces become payloads, which the codec then encrypts.
 * The SDK loads it by its path, in the process and in the workflow sandbox: nothing but the SDK may be imported here.
 */
import { DefaultFailureConverter } from '@temporalio/common';

/** The name that the SDK looks for. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
