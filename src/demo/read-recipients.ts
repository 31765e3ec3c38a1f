import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseCsv } from './parse-csv.ts';
import type { DemoRecipient } from './recipient.ts';

/** 60 made-up people. Their numbers may belong to somebody: the file is for the simulator, not for a plan of Sinch. */
export const CAMPAIGN_FILE = fileURLToPath(new URL('../../examples/welcome-campaign.csv', import.meta.url));

/** The people of a campaign file; `{first_name}` in a text becomes the person's. */
export async function readRecipients(file: string = CAMPAIGN_FILE): Promise<DemoRecipient[]> {
  return parseCsv(await readFile(file, 'utf8')).map((row) => {
    const { message_id: messageId = '', first_name: firstName = '', text = '' } = row;
    return {
      messageId,
      text: text.replaceAll('{first_name}', firstName),
      ...(row['recipient'] ? { recipient: row['recipient'] } : {}),
      ...(row['sender'] ? { sender: row['sender'] } : {}),
      ...(row['media_url'] ? { mediaUrl: row['media_url'] } : {}),
      ...(row['subject'] ? { subject: row['subject'] } : {}),
      ...(row['language'] ? { language: row['language'] } : {}),
    };
  });
}
