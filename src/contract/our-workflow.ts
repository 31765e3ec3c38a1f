/**
 * How a workflow function shows that it is one of ours: by its name alone a user's own `holdPlan` would pass for it, and
 * by identity a second installed copy of this package would not.
 */

/** Where a workflow function of ours has its mark. Registered, so that host and sandbox mean the same one. */
const MARK = Symbol.for('temporal-sinch.workflow');

/** What a mark says. Stands in the bundle as it is, minified or not. */
export type WorkflowMark = `temporal-sinch/${string}`;

/** Begins what a bundle throws that has another workflow of a name of ours. */
const CLASH = 'temporal-sinch adds a workflow named';

/** The mark of the workflow of this type. */
export function markOf(workflowType: string): WorkflowMark {
  return `temporal-sinch/${workflowType}`;
}

/** Marks a workflow function as ours. The mark is spelled out at each call, so that a search of the bundle finds it. */
export function markAsOurs(workflow: object, mark: WorkflowMark): void {
  Object.defineProperty(workflow, MARK, { value: mark });
}

/** Whether this is our workflow of this type, of whichever copy of this package. */
export function isOurs(workflow: unknown, workflowType: string): boolean {
  return typeof workflow === 'function' && Reflect.get(workflow, MARK) === markOf(workflowType);
}

/** Says that the user has another workflow of the name of ours. */
export function clashOf(workflowType: string): string {
  return `${CLASH} ${workflowType}, and this worker's workflows already have another one of that name: rename yours`;
}

/** Whether a bundle threw what {@link clashOf} says. */
export function isClash(message: string): boolean {
  return message.startsWith(CLASH);
}
