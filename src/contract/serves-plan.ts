/** Whether messages that wait in the plan's queue go through the integration: it is its plan, or was before it was corrected. */
export function servesPlan(
  integration: { servicePlanId: string; formerServicePlanIds?: readonly string[] },
  servicePlanId: string,
): boolean {
  return (
    integration.servicePlanId === servicePlanId || (integration.formerServicePlanIds?.includes(servicePlanId) ?? false)
  );
}
