import { z } from 'zod';
import { countryName } from '../contract/country-name.ts';
import { maskMsisdn } from '../contract/msisdn.ts';
import { type MsisdnOptions, parseMsisdn } from '../countries/index.ts';
import { checkSender } from './check-sender.ts';
import { explainRecipient } from './explain-recipient.ts';

/** What a message with this recipient and sender would be. */
export const recipientPreviewSchema = z.strictObject({
  recipient: z
    .strictObject({
      masked: z.string().describe('Such as +44•••••56'),
      country: z.string().optional().describe('ISO 3166-1 alpha-2; absent where the number does not tell'),
      countryName: z.string().optional(),
    })
    .optional()
    .describe('Where a message to the recipient goes; absent where none was given, or none that is a number'),
  refusals: z
    .array(z.strictObject({ code: z.string(), field: z.string(), message: z.string() }))
    .optional()
    .describe('Why a message with this recipient or sender would be refused; absent where neither was given'),
});

/** What a message with this recipient and sender would be. */
export type RecipientPreview = z.output<typeof recipientPreviewSchema>;

/** Reads recipient and sender as a message's are read, and tells the country before anything costs. */
export function previewRecipient(
  { recipient, sender }: { recipient?: string | undefined; sender?: string | undefined },
  options: MsisdnOptions,
): RecipientPreview {
  if (recipient === undefined && sender === undefined) return {};
  const parsed = recipient === undefined ? undefined : parseMsisdn(recipient, options);
  const checked = sender === undefined ? undefined : checkSender(sender, parsed?.ok ? parsed : undefined);
  const refusals = [
    ...(parsed?.ok === false
      ? [{ code: 'invalid_recipient', field: 'recipient', message: sentence(explainRecipient(parsed)) }]
      : []),
    ...(checked?.ok === false
      ? [{ code: 'invalid_sender', field: 'sender', message: sentence(checked.explanation) }]
      : []),
  ];
  if (!parsed?.ok) return { refusals };
  const { msisdn, country } = parsed;
  return {
    recipient: {
      masked: maskMsisdn(msisdn),
      ...(country === undefined ? {} : { country, countryName: countryName(country) }),
    },
    refusals,
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
