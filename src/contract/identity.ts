/** Who a message is: the ids of `docs/architecture.md`, and the one name that Temporal and Sinch both know it by. */

const PROJECT_ID = /^[a-z0-9-]{1,32}$/;
const MESSAGE_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** 7 to 15 bare digits are a phone number by E.164, and a phone number must not become an id that logs and lists show. */
const LOOKS_LIKE_MSISDN = /^[0-9]{7,15}$/;

/** The message's place in the world: its project and its id there. */
export interface MessageKey {
  projectId: string;
  messageId: string;
}

/** Whether `value` may name a project: 1 to 32 of `a-z`, `0-9` and `-`. */
export function isProjectId(value: string): boolean {
  return PROJECT_ID.test(value);
}

/** Whether `value` may name a message: 1 to 64 of `A-Za-z0-9._-`, and not 7 to 15 bare digits. */
export function isMessageId(value: string): boolean {
  return MESSAGE_ID.test(value) && !LOOKS_LIKE_MSISDN.test(value);
}

/**
 * The workflow id of a message, which is also its Sinch `client_reference`: a delivery report names its workflow by itself.
 * At most 103 ASCII characters, within the 128 of Sinch's older guide (`client_reference`, REST API guide of 2021).
 */
export function workflowIdOf(key: MessageKey): string {
  return `sinch/${key.projectId}/${key.messageId}`;
}

/** The message that a workflow id or client reference names, or `undefined` where it is none of ours. */
export function parseWorkflowId(workflowId: string): MessageKey | undefined {
  const [prefix, projectId, messageId, ...rest] = workflowId.split('/');
  if (prefix !== 'sinch' || projectId === undefined || messageId === undefined || rest.length > 0) return undefined;
  return isProjectId(projectId) && isMessageId(messageId) ? { projectId, messageId } : undefined;
}
