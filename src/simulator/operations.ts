/** What the simulator has of Sinch's REST API, below `/xms/v1/{service_plan_id}/`. */
export const OPERATIONS = [
  { name: 'list', method: 'GET', path: 'batches', what: 'list batches, also by client_reference' },
  { name: 'send', method: 'POST', path: 'batches', what: 'send a text, an MMS or binary data' },
  { name: 'dryRun', method: 'POST', path: 'batches/dry_run', what: 'count parts and send nothing' },
  { name: 'get', method: 'GET', path: 'batches/{batch_id}', what: 'show a batch' },
  { name: 'update', method: 'POST', path: 'batches/{batch_id}', what: 'change a batch that has not left' },
  { name: 'replace', method: 'PUT', path: 'batches/{batch_id}', what: 'put another in its place' },
  { name: 'cancel', method: 'DELETE', path: 'batches/{batch_id}', what: 'cancel what has not left' },
  { name: 'feedback', method: 'POST', path: 'batches/{batch_id}/delivery_feedback', what: 'take word of a delivery' },
  { name: 'ofBatch', method: 'GET', path: 'batches/{batch_id}/delivery_report', what: 'report on a batch' },
  {
    name: 'ofRecipient',
    method: 'GET',
    path: 'batches/{batch_id}/delivery_report/{msisdn}',
    what: 'report on one recipient',
  },
  { name: 'reports', method: 'GET', path: 'delivery_reports', what: 'list reports of finished messages' },
  { name: 'inbounds', method: 'GET', path: 'inbounds', what: 'list texts that came in' },
  { name: 'inbound', method: 'GET', path: 'inbounds/{inbound_id}', what: 'show a text that came in' },
  { name: 'groups', method: 'GET', path: 'groups', what: 'list groups: there are none' },
  { name: 'noGroup', method: 'GET', path: 'groups/{group_id}', what: '404: there are no groups' },
  { name: 'noGroup', method: 'POST', path: 'groups/{group_id}', what: '404, the same' },
  { name: 'noGroup', method: 'PUT', path: 'groups/{group_id}', what: '404, the same' },
  { name: 'noGroup', method: 'DELETE', path: 'groups/{group_id}', what: '404, the same' },
  { name: 'noGroup', method: 'GET', path: 'groups/{group_id}/members', what: '404, the same' },
] as const;

/** What the simulator does not have, in words for people. */
export const MISSING_OPERATIONS =
  'It has no groups: none can be made (POST /groups is 404), and one in `to` is refused as unknown_group. OAuth is not there either: ' +
  "requests carry the plan's API token.";

/** Name of an operation. */
export type OperationName = (typeof OPERATIONS)[number]['name'];

/** The operations at a path, by their methods, and what stands in the place of the names in curly brackets. */
export interface OperationsAt {
  byMethod: Readonly<Record<string, OperationName>>;
  values: readonly string[];
}

/** Which operations a path has; `undefined` where it has none. What is spelt out goes before what is a name. */
export function operationsAt(path: readonly string[]): OperationsAt | undefined {
  const matching = OPERATIONS.filter(({ path: pattern }) => matches(pattern.split('/'), path));
  const [best] = matching.toSorted((a, b) => namesIn(a.path) - namesIn(b.path));
  if (best === undefined) return undefined;
  return {
    byMethod: Object.fromEntries(
      matching.filter(({ path: pattern }) => pattern === best.path).map(({ method, name }) => [method, name]),
    ),
    values: path.filter((_, index) => best.path.split('/')[index]?.startsWith('{')),
  };
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => (part.startsWith('{') ? path[index] !== '' : part === path[index]))
  );
}

function namesIn(pattern: string): number {
  return pattern.split('{').length;
}
