import { z } from 'zod';

/**
 * Who speaks in codes: Sinch's own codes in delivery reports, the operators' in SMPP, MMS gateways, HTTP statuses of
 * refused requests, and the words of errors, Sinch's and ours.
 */
export const CODE_KINDS = ['delivery-report', 'smpp', 'mms', 'http', 'error'] as const;

/** One of {@link CODE_KINDS}. */
export type CodeKind = (typeof CODE_KINDS)[number];

/** Whose fault a code is, with the words for a person. */
export const FAULTS = {
  nobody: "nobody's: it is no failure",
  recipient: "the recipient's: the number, the handset or the subscription",
  operator: "the operator's, or that of a network on the way",
  sinch: "Sinch's",
  integration: "the integration's: account, service plan, token or sender as they are set up at Sinch",
  request: "the request's: its text, media, recipient, sender or settings",
  deployment: 'that of this installation of temporal-sinch: its database, workers, Temporal or settings',
  unknown: 'not known: the code does not tell',
} as const;

/** One of the keys of {@link FAULTS}. */
export type Fault = keyof typeof FAULTS;

/** Whether the same message would fare better later. `none`: it is no failure, or not known. */
export type Permanence = 'permanent' | 'temporary' | 'none';

/** What a code means, whose fault it is and what to do: also the answer of `GET /v1/codes/{kind}/{code}`. */
export const codeExplanationSchema = z.strictObject({
  kind: z.enum(CODE_KINDS),
  code: z.union([z.number().int(), z.string()]).describe('A number, or for errors a word'),
  name: z.string(),
  meaning: z.string().describe('A sentence in plain words'),
  fault: z.enum(Object.keys(FAULTS) as [Fault, ...Fault[]]).describe('Whose fault it is'),
  advice: z.string().describe('What to do, as a sentence'),
  permanence: z
    .enum(['permanent', 'temporary', 'none'])
    .describe('Whether the same message would fare better later; none: no failure, or not known'),
  errorClass: z.string().optional().describe("The network's part that an SMPP code comes from"),
  generic: z.boolean().describe('Whether only the range of the code is known, and not the code itself'),
  unconfirmed: z.boolean().describe('Whether Sinch has not confirmed what is said here'),
  source: z.strictObject({ page: z.string(), date: z.string().describe('Date of the page, or when it was read') }),
});

/** What a code means, whose fault it is and what to do. */
export type CodeExplanation = z.output<typeof codeExplanationSchema>;

/** The path parameters of `GET /v1/codes/{kind}/{code}`. */
export const codeRequestSchema = z.strictObject({
  kind: z.enum(CODE_KINDS),
  code: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
});

/**
 * A code as the tables keep it. `meaning` and `advice` are clauses without a capital and a stop, so that they can stand
 * in a sentence.
 */
export interface CodeEntry {
  code: number | string;
  name: string;
  meaning: string;
  fault: Fault;
  advice: string;
  permanence: Permanence;
  errorClass?: string;
  unconfirmed?: true;
  source: CodeExplanation['source'];
}

/** What is known of every code from `from` to `to` that has no entry of its own. */
export interface CodeRange extends Omit<CodeEntry, 'code'> {
  from: number;
  to: number;
}
