import { CODE_KINDS, type CodeEntry, type CodeExplanation, type CodeKind, type CodeRange } from './code-explanation.ts';
import { DELIVERY_REPORT_CODES } from './delivery-report-codes.ts';
import { HTTP_RANGES, HTTP_STATUSES } from './http-statuses.ts';
import { MMS_CODES, MMS_RANGES } from './mms-codes.ts';
import { OWN_ERROR_CODES } from './own-error-codes.ts';
import { SINCH_ERROR_CODES } from './sinch-error-codes.ts';
import { SMPP_CODES, SMPP_RANGES } from './smpp-codes.ts';

interface CodeTable {
  entries: readonly CodeEntry[];
  byCode: ReadonlyMap<string, CodeEntry>;
  ranges: readonly CodeRange[];
}

function table(entries: readonly CodeEntry[], ranges: readonly CodeRange[] = []): CodeTable {
  return { entries, byCode: new Map(entries.map((entry) => [String(entry.code), entry])), ranges };
}

const TABLES: Readonly<Record<CodeKind, CodeTable>> = {
  'delivery-report': table(DELIVERY_REPORT_CODES),
  smpp: table(SMPP_CODES, SMPP_RANGES),
  mms: table(MMS_CODES, MMS_RANGES),
  http: table(HTTP_STATUSES, HTTP_RANGES),
  error: table([...SINCH_ERROR_CODES, ...OWN_ERROR_CODES]),
};

/** A code of a kind as its table has it, or what is known of its range. */
export function lookUp(kind: CodeKind, code: number | string): CodeEntry | undefined {
  const { byCode, ranges } = TABLES[kind];
  const exact = byCode.get(spell(code));
  if (exact) return exact;
  const number = numberOf(code);
  const range = number === undefined ? undefined : ranges.find(({ from, to }) => number >= from && number <= to);
  if (!range || number === undefined) return undefined;
  const { from: _from, to: _to, ...known } = range;
  return { code: number, ...known };
}

/** What a code of a kind means; `undefined` where neither it nor its range is known. */
export function explainCode(kind: CodeKind, code: number | string): CodeExplanation | undefined {
  const entry = lookUp(kind, code);
  return entry && explanationOf(kind, entry);
}

/** What a code means, in every kind that knows it; where none does, in those that know its range. */
export function findCode(code: number | string): CodeExplanation[] {
  const found = CODE_KINDS.flatMap((kind) => explainCode(kind, code) ?? []);
  const exact = found.filter(({ generic }) => !generic);
  return exact.length > 0 ? exact : found;
}

/** Every code of a kind that has an explanation of its own. */
export function listCodes(kind: CodeKind): CodeExplanation[] {
  return TABLES[kind].entries.map((entry) => explanationOf(kind, entry));
}

/** The codes that somebody may have meant by one that is not known, nearest first. */
export function nearCodes(code: string, kinds: readonly CodeKind[] = CODE_KINDS): CodeExplanation[] {
  const number = numberOf(code);
  const wanted = spell(code);
  return kinds
    .flatMap(listCodes)
    .flatMap((explanation) => {
      const distance =
        number !== undefined && typeof explanation.code === 'number'
          ? Math.abs(explanation.code - number) / NEAR_NUMBERS
          : wordDistance(wanted, String(explanation.code)) / NEAR_WORDS;
      return distance <= 1 ? [{ explanation, distance }] : [];
    })
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MOST_NEAR)
    .map(({ explanation }) => explanation);
}

/** As a sentence of its own. */
function sentenceOf(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}.`;
}

const NEAR_NUMBERS = 20;
const NEAR_WORDS = 4;
const MOST_NEAR = 5;

function explanationOf(kind: CodeKind, entry: CodeEntry): CodeExplanation {
  const { code, name, meaning, fault, advice, permanence, errorClass, unconfirmed, source } = entry;
  return {
    kind,
    code,
    name,
    meaning: sentenceOf(meaning),
    fault,
    advice: sentenceOf(advice),
    permanence,
    ...(errorClass === undefined ? {} : { errorClass }),
    generic: TABLES[kind].byCode.get(String(entry.code)) !== entry,
    unconfirmed: unconfirmed ?? false,
    source,
  };
}

function spell(code: number | string): string {
  return String(numberOf(code) ?? code)
    .trim()
    .toLowerCase();
}

function numberOf(code: number | string): number | undefined {
  return /^\s*\d{1,6}\s*$/.test(String(code)) ? Number(code) : undefined;
}

/** Letters to add, take away or change; 0 where one begins with the other. */
function wordDistance(a: string, b: string): number {
  if (a.length >= SHORTEST_BEGINNING && b.startsWith(a)) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

const SHORTEST_BEGINNING = 3;
