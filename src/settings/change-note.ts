/** Settings that every message keeps as they were at its request. */
const KEPT_BY_MESSAGES: Readonly<Record<string, string>> = {
  defaultIntegrationId: 'the integration that they go through',
  defaultSender: 'their sender',
  reportWindowMs: 'how long they wait for a report',
  settleMs: 'how long they are looked for when their outcome is unknown',
  countriesWithoutReports: 'whether a report is expected of their country',
  waitWhereNoReportsExpected: 'whether they wait where none is expected',
  statusAttribute: 'whether their search attribute follows them',
};

/**
 * What a change of settings does not reach, as a sentence for whoever made it: messages carry what held at their request,
 * so that neither the change nor one that takes it back mends those that wait. `undefined` where it reaches all.
 */
export function noteOfChange(changed: readonly string[]): string | undefined {
  const kept = changed.flatMap((name) => KEPT_BY_MESSAGES[name] ?? []);
  if (kept.length === 0) return undefined;
  return (
    'It holds for messages that are requested from now on. Those that were requested before keep what held then ' +
    `(${kept.join('; ')}), and changing it back does not change them either.`
  );
}
