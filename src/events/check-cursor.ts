import { z } from 'zod';
import { isStorableText, storableTime } from '../contract/storable-value.ts';
import { CursorError } from '../db/index.ts';

const text = z.string().refine(isStorableText);

const position = z.discriminatedUnion('stage', [
  z.object({
    stage: z.literal('requests'),
    after: z
      .object({ requestedAt: z.string().refine((time) => storableTime(time) === time), messageId: text })
      .optional(),
  }),
  z.object({
    stage: z.literal('events'),
    phase: z.enum(['admission', 'final']),
    after: z.object({ status: text, messageId: text }).optional(),
  }),
  z.object({ stage: z.literal('workflows'), token: z.string().optional() }),
]);

/** Where a check goes on. */
export type CheckPosition = z.infer<typeof position>;

/** A position within one stage. */
export type CheckPositionOf<Stage extends CheckPosition['stage']> = Extract<CheckPosition, { stage: Stage }>;

/** Opaque to callers, so that its content may change. */
export function checkCursorOf(next: CheckPosition): string {
  return Buffer.from(JSON.stringify(next)).toString('base64url');
}

/** @throws CursorError */
export function parseCheckCursor(cursor: string): CheckPosition {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    throw new CursorError();
  }
}
