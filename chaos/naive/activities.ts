/** The activities of the naive variant: a request and an insert, with the SDK's default retries around them. */
import { ApplicationFailure } from '@temporalio/activity';
import type { Pool } from 'pg';

/** A message as the naive variant knows it. */
export interface NaiveMessage {
  messageId: string;
  clientReference: string;
  recipient: string;
  text: string;
}

/** Where Sinch is, and where it calls back. */
export interface NaiveSinch {
  baseUrl: string;
  servicePlanId: string;
  apiToken: string;
  callbackUrl: string;
}

export function createActivities(pool: Pool, { baseUrl, servicePlanId, apiToken, callbackUrl }: NaiveSinch) {
  return {
    async sendSms({ clientReference, recipient, text }: NaiveMessage): Promise<string> {
      const response = await fetch(`${baseUrl}/xms/v1/${servicePlanId}/batches`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          to: [recipient],
          from: 'Chaos',
          body: text,
          delivery_report: 'per_recipient_final',
          client_reference: clientReference,
          callback_url: callbackUrl,
        }),
      });
      if (response.status === 400 || response.status === 403) {
        const { code } = (await response.json()) as { code?: string };
        throw ApplicationFailure.nonRetryable(`Sinch refused the message with ${response.status}`, code);
      }
      if (!response.ok) throw new Error(`Sinch answered ${response.status}`);
      const batch = (await response.json()) as { id: string };
      return batch.id;
    },

    async saveStatus(messageId: string, phase: 'admission' | 'final', status: string, error?: string): Promise<void> {
      await pool.query('insert into naive_events (message_id, phase, status, error) values ($1, $2, $3, $4)', [
        messageId,
        phase,
        status,
        error ?? null,
      ]);
    },
  };
}
