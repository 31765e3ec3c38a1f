/** One person of the demo's campaign: the body of a request to the intake, without what holds for all. */
export interface DemoRecipient {
  messageId: string;
  /** Absent: the customer has no phone number. */
  recipient?: string;
  /** Absent: the project's default, a name, which no network of North America takes. */
  sender?: string;
  text: string;
  mediaUrl?: string;
  subject?: string;
  language?: string;
}

/** The campaign that the demo's messages count for. */
export const DEMO_CAMPAIGN = { campaignId: 'welcome', campaignName: 'Welcome' } as const;
