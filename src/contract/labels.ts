import type { CampaignContext } from './message.ts';

/**
 * Most characters of a label, an emoji counted as one. Temporal keeps search attributes of type Keyword in columns of 255
 * characters (its SQL visibility stores), and refuses values of more than 2,048 bytes, in which 255 characters of any kind
 * have room.
 */
export const LONGEST_LABEL = 255;

/** Whether a text is short enough for a label. */
export function isLabel(text: string): boolean {
  // A text has no fewer UTF-16 code units than characters.
  return text.length <= LONGEST_LABEL || Array.from(text.slice(0, 2 * LONGEST_LABEL + 2)).length <= LONGEST_LABEL;
}

/** The members of a message's context that are labels. */
export const LABELS = [
  'campaignId',
  'campaignName',
  'actionId',
  'actionName',
  'campaignPolicy',
  'consentCategory',
  'language',
  'scenarioId',
  'scenarioStepId',
] as const satisfies (keyof CampaignContext)[];

/** The first label that is longer than a label may be. */
export function longLabelOf(campaign: CampaignContext): (typeof LABELS)[number] | undefined {
  return LABELS.find((name) => !isLabel(campaign[name] ?? ''));
}
