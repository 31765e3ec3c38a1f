import { z } from 'zod';
import { CursorError } from '../db/index.ts';

const position = z.discriminatedUnion('stage', [
  z.object({
    stage: z.literal('requests'),
    after: z.object({ requestedAt: z.iso.datetime(), messageId: z.string() }).optional(),
  }),
  z.object({
    stage: z.literal('events'),
    phase: z.enum(['admission', 'final']),
    after: z.object({ status: z.string(), messageId: z.string() }).optional(),
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
