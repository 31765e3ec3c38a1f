/** From a request to what is to be sent: every decision about a message that can be made before it is sent. */
import type { CampaignEvent, SkipReason } from '../contract/campaign-event.ts';
import { campaignEventOf } from '../contract/campaign-event-of.ts';
import { countryName } from '../contract/country-name.ts';
import {
  type CampaignContext,
  DEFAULT_LIFE_MS,
  DEFAULT_MAX_PARTS,
  DEFAULT_PRIORITY,
  type MessageContent,
  type SendMessageInput,
} from '../contract/message.ts';
import { callingCodeOf, idWithNumber } from '../contract/msisdn.ts';
import { countParts } from '../contract/part-count.ts';
import { callingCodeOfCountry, digitsKeptOf, parseMsisdn } from '../countries/index.ts';
import { createHostRules, HOST_NOT_ALLOWED } from '../hosts/index.ts';
import type { Integration, ProjectSettings, Settings } from '../settings/index.ts';
import { checkSender } from './check-sender.ts';
import { explainRecipient } from './explain-recipient.ts';
import type { ParsedMessageRequest, RequestError } from './message-request.ts';

/** What a request comes to. */
export type PreparedMessage =
  /** The request itself is wrong or cannot be served now; nothing is registered, and it may be made again. */
  | { kind: 'refused'; errors: RequestError[] }
  /** Nothing to send and nobody to blame. */
  | { kind: 'skipped'; reason: SkipReason; integrationId?: string; campaignId?: string }
  /** It can never be sent, whatever is done: `enqueue_failed` with our code. */
  | { kind: 'enqueue_failed'; event: CampaignEvent; errors: RequestError[] }
  | { kind: 'send'; input: SendMessageInput };

/** What preparing looks up, and the time of the request. */
export interface PrepareContext {
  settings: Pick<Settings, 'integration' | 'allowPrivateHosts'>;
  project: ProjectSettings;
  now: Date;
}

/**
 * Decides sender, integration, country, parts and life of a message.
 * @throws what `settings` throws.
 */
export async function prepareMessage(
  request: ParsedMessageRequest,
  { settings, project, now }: PrepareContext,
): Promise<PreparedMessage> {
  const chosen = await chooseIntegration(request, settings, project);
  const parsed = parseMsisdn(request.recipient ?? '', { bareNumbers: project.bareNumbers });
  // First: without a number there is nobody whom anything else that is wrong could keep from a message.
  if (!parsed.ok && parsed.reason === 'empty') {
    return {
      kind: 'skipped',
      reason: 'no_recipient',
      ...('errors' in chosen ? {} : { integrationId: chosen.integration.id }),
      ...(request.campaignId === undefined ? {} : { campaignId: request.campaignId }),
    };
  }
  // A number that is none is kept as its digits, so that the event shows which one it was.
  const recipient = parsed.ok ? parsed.msisdn : digitsKeptOf(request.recipient ?? '');
  const { messageId, campaignId, campaignName } = request;
  const field = idWithNumber({ messageId, campaignId, campaignName }, recipient);
  if (field !== undefined) {
    const what = field === 'campaignName' ? 'a name' : 'an id';
    const expected = `Expected ${what} without the recipient's number in it: it is shown and logged`;
    return { kind: 'refused', ...refuse('invalid_field', field, expected) };
  }
  if ('errors' in chosen) return { kind: 'refused', errors: chosen.errors };
  const { integration } = chosen;
  const content = contentOf(request, settings);
  if ('errors' in content) return { kind: 'refused', errors: content.errors };
  const country = parsed.ok ? parsed.country : undefined;
  const parts = content.kind === 'sms' ? countParts(content.text).parts : undefined;
  const input: SendMessageInput = {
    projectId: project.projectId,
    messageId: request.messageId,
    integrationId: integration.id,
    servicePlanId: integration.servicePlanId,
    recipient,
    content,
    maxParts: request.maxParts ?? DEFAULT_MAX_PARTS,
    ...(parts === undefined ? {} : { estimatedPartCount: parts }),
    priority: request.priority ?? DEFAULT_PRIORITY,
    campaign: campaignOf(request),
    ...(country === undefined ? {} : { country }),
    reportsExpected: country === undefined || !project.countriesWithoutReports.includes(country),
    requestedAt: now.toISOString(),
    expiresAt: new Date(
      now.getTime() + (request.lifeSeconds === undefined ? DEFAULT_LIFE_MS : request.lifeSeconds * 1000),
    ).toISOString(),
    ...(request.onUnknownOutcome === undefined ? {} : { onUnknownOutcome: request.onUnknownOutcome }),
    ...waitingOf(project),
  };

  const never = (code: string, field: string, message: string): PreparedMessage => ({
    kind: 'enqueue_failed',
    event: campaignEventOf(input, { status: 'enqueue_failed', at: now.toISOString(), error: code, comment: message }),
    errors: [{ code, field, message }],
  });
  if (!parsed.ok) return never('invalid_recipient', 'recipient', capitalised(explainRecipient(parsed)));
  const wanted = request.sender ?? project.defaultSender;
  if (wanted === undefined && !integration.hasDefaultOriginator) {
    return never(
      'no_sender',
      'sender',
      'No sender was given, the project has no default sender, and the plan has no default originator at Sinch',
    );
  }
  if (wanted !== undefined) {
    const sender = checkSender(wanted, parsed);
    if (!sender.ok) return never('invalid_sender', 'sender', capitalised(sender.explanation));
    input.sender = sender.sender;
  }
  if (parts !== undefined && parts > input.maxParts) {
    return never(
      'too_many_parts',
      'text',
      `The text takes ${parts} message parts, and at most ${input.maxParts} are allowed`,
    );
  }
  if (content.kind === 'mms' && !sendsMmsTo(recipient, country, integration)) {
    const place = country === undefined ? "the recipient's country" : countryName(country);
    return never(
      'mms_not_available',
      'recipient',
      `Integration ${integration.id} sends MMS only to ${integration.mmsCountries.join(', ') || 'no country'}, not to ${place}`,
    );
  }
  return { kind: 'send', input };
}

/** Where nobody knows the country, as of a new area code of +1, a plan that sends to a country of that code may try. */
function sendsMmsTo(recipient: string, country: string | undefined, { mmsCountries }: Integration): boolean {
  if (country !== undefined) return mmsCountries.includes(country);
  return mmsCountries.some((served) => callingCodeOfCountry(served) === callingCodeOf(recipient));
}

/** How long the message waits for what, where the project says so. */
function waitingOf({ reportWindowMs, settleMs, waitWhereNoReportsExpected, statusAttribute }: ProjectSettings) {
  return {
    ...(reportWindowMs === undefined ? {} : { reportWindowMs }),
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(waitWhereNoReportsExpected === undefined ? {} : { waitWhereNoReportsExpected }),
    ...(statusAttribute === undefined ? {} : { statusAttribute }),
  };
}

async function chooseIntegration(
  { integrationId }: ParsedMessageRequest,
  settings: PrepareContext['settings'],
  project: ProjectSettings,
): Promise<{ integration: Integration } | { errors: RequestError[] }> {
  const id = integrationId ?? project.defaultIntegrationId;
  if (id === undefined) {
    return refuse(
      'no_integration',
      'integrationId',
      `Project ${project.projectId} has no default SMS provider and the request names no integration`,
    );
  }
  const integration = await settings.integration(id);
  if (integration?.projectId !== project.projectId) {
    return refuse('unknown_integration', 'integrationId', `Project ${project.projectId} has no integration of this id`);
  }
  if (!integration.enabled) {
    return refuse('integration_disabled', 'integrationId', `Integration ${integration.id} is disabled`);
  }
  return { integration };
}

function contentOf(
  { text, mediaUrl, subject }: ParsedMessageRequest,
  { allowPrivateHosts }: PrepareContext['settings'],
): MessageContent | { errors: RequestError[] } {
  if (mediaUrl !== undefined) {
    // Sinch fetches it, from the internet: what the name stands for there, we cannot know.
    if (!createHostRules(allowPrivateHosts).allowsHost(new URL(mediaUrl).hostname)) {
      return refuse('host_not_allowed', 'mediaUrl', `The host of \`mediaUrl\` ${HOST_NOT_ALLOWED}`);
    }
    return {
      kind: 'mms',
      mediaUrl,
      ...(subject === undefined ? {} : { subject }),
      ...(text === undefined ? {} : { text }),
    };
  }
  if (text === undefined) {
    return refuse('no_content', 'text', 'Expected `text` for an SMS, or `mediaUrl` for an MMS');
  }
  if (subject !== undefined) return refuse('invalid_field', 'subject', 'Only an MMS, with `mediaUrl`, has a subject');
  return { kind: 'sms', text };
}

function campaignOf(request: ParsedMessageRequest): CampaignContext {
  const context: Record<string, unknown> = {};
  for (const name of CAMPAIGN_FIELDS) {
    if (request[name] !== undefined) context[name] = request[name];
  }
  return context;
}

const CAMPAIGN_FIELDS = [
  'campaignId',
  'campaignName',
  'actionId',
  'actionName',
  'campaignPolicy',
  'consentCategory',
  'language',
  'scenarioId',
  'scenarioStepId',
  'customerIds',
] as const satisfies (keyof CampaignContext & keyof ParsedMessageRequest)[];

function refuse(code: string, field: string, message: string): { errors: RequestError[] } {
  return { errors: [{ code, field, message }] };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
