import type { SendMessageInput } from '../contract/message.ts';
import { servesPlan } from '../contract/serves-plan.ts';
import type { Integration, Settings } from '../settings/index.ts';

/**
 * The integration that the message was requested for, as it is now, or why nothing can be asked of Sinch for it. Another
 * plan than the message's knows nothing of it, whatever it answers.
 */
export async function integrationOfMessage(
  settings: Settings,
  { integrationId, servicePlanId }: SendMessageInput,
): Promise<{ integration: Integration } | { why: string }> {
  const integration = await settings.integration(integrationId);
  return integration && servesPlan(integration, servicePlanId)
    ? { integration }
    : { why: `No integration ${integrationId} with plan ${servicePlanId} is set up` };
}
