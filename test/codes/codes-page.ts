/** docs/codes.md, made from the tables of src/codes. Run it to write the page anew. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CODE_KINDS, type CodeExplanation, type CodeKind, FAULTS, listCodes } from '../../src/codes/index.ts';

/** Where the page lies. */
export const CODES_PAGE = fileURLToPath(new URL('../../docs/codes.md', import.meta.url));

const TITLES: Readonly<Record<CodeKind, string>> = {
  'delivery-report': 'Delivery-report codes: 0, and 400 to 418',
  smpp: 'SMPP codes: 0 to 399',
  mms: 'MMS codes: 1000 to 4999',
  http: 'HTTP statuses',
  error: "Error codes: Sinch's, then ours",
};

/** The page as it has to be. */
export function codesPage(): string {
  return [
    '# Codes',
    '',
    'What the codes in delivery reports, answers and campaign events mean, whose fault they are and what to do. Made by `npm run docs:codes` from `src/codes`; `temporal-sinch explain <code>` says the same.',
    '',
    'A report is final whatever its code says of time: what Sinch repeats by itself, it has done already. Decide on the status of a report and never on its code.',
    '',
    'Whose fault:',
    '',
    ...Object.entries(FAULTS).map(([fault, words]) => `- \`${fault}\`: ${words}`),
    '',
    ...CODE_KINDS.flatMap((kind) => [
      `## ${TITLES[kind]}`,
      '',
      ...sourcesOf(kind),
      '',
      ...listCodes(kind).map(line),
      '',
    ]),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function line({ code, name, meaning, fault, advice, permanence, errorClass, unconfirmed }: CodeExplanation): string {
  const marks = [
    errorClass,
    fault,
    permanence === 'none' ? undefined : permanence,
    unconfirmed ? 'unconfirmed' : undefined,
  ];
  return `- **${code}** ${name} (${marks.filter((mark) => mark !== undefined).join(', ')}). ${meaning} ${advice}`;
}

function sourcesOf(kind: CodeKind): string[] {
  const sources = new Set(listCodes(kind).map(({ source }) => `${source.page} (${source.date})`));
  return [`Source: ${[...sources].join('; ')}.`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(CODES_PAGE, codesPage());
  console.log(`Wrote ${path.relative(process.cwd(), CODES_PAGE)}`);
}
