import { type Command, Option } from 'commander';
import {
  CODE_KINDS,
  type CodeExplanation,
  type CodeKind,
  explainCode,
  FAULTS,
  findCode,
  listCodes,
  nearCodes,
} from '../codes/index.ts';
import { CommandError, EXIT } from './command-error.ts';
import { type CommandContext, print, printJson } from './context.ts';

const KIND_NAMES: Readonly<Record<CodeKind, string>> = {
  'delivery-report': 'delivery-report code of Sinch',
  smpp: 'SMPP code of the networks',
  mms: 'MMS code of the gateway',
  http: 'HTTP status of Sinch',
  error: 'error code',
};

const PERMANENCE: Readonly<Record<CodeExplanation['permanence'], string | undefined>> = {
  permanent: 'Permanent: the same message would end the same way.',
  temporary: 'Temporary: it may get through later. What Sinch repeats by itself, it has done already.',
  none: undefined,
};

/** `explain`: what a code means, whose fault it is and what to do. Needs no stack. */
export function addExplainCommand(program: Command, context: CommandContext): void {
  program
    .command('explain')
    .summary('what a code of a report, an answer or an event means, and what to do')
    .description(
      "Tells what a code means, whose fault it is and what to do: codes of delivery reports, SMPP and MMS codes, HTTP statuses, and error codes, Sinch's and ours. Nothing has to run.",
    )
    .argument('[code]', 'a number such as 411, or a word such as no_receipt')
    .addOption(new Option('--kind <kind>', 'only codes of this kind').choices(CODE_KINDS))
    .option('--list', 'every code, by kind')
    .option('--json', 'the answer as one line of JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  temporal-sinch explain 411\n  temporal-sinch explain 400 --kind http --json\n  temporal-sinch explain syntax_invalid_parameter_format\n  temporal-sinch explain --list --kind smpp',
    )
    .action((code: string | undefined, options: { kind?: CodeKind; list?: boolean; json?: boolean }) => {
      const { kind, list, json } = options;
      if ((list === true) === (code !== undefined)) {
        throw new CommandError('code_or_list', 'Give either a code, or --list for all of them.', {
          exitCode: EXIT.usage,
        });
      }
      if (code === undefined) {
        const kinds = kind === undefined ? CODE_KINDS : [kind];
        if (json) return printJson(context, { codes: kinds.flatMap(listCodes) });
        for (const line of kinds.flatMap(tableOf)) print(context, line);
        return;
      }
      const found =
        kind === undefined ? findCode(code) : [explainCode(kind, code)].filter((each) => each !== undefined);
      if (found.length === 0) throw unknownCode(code, kind);
      if (json) return printJson(context, { explanations: found });
      for (const line of found.flatMap(explanationLines).slice(0, -1)) print(context, line);
    });
}

/** One explanation as lines for a terminal, with an empty one at its end. */
function explanationLines(explanation: CodeExplanation): string[] {
  const { kind, code, name, meaning, fault, advice, permanence, errorClass, unconfirmed, source } = explanation;
  const network = errorClass === undefined ? '' : `, ${errorClass}`;
  const lasts = PERMANENCE[permanence];
  return [
    `${code}: ${name} (${KIND_NAMES[kind]}${network})`,
    `  ${meaning}`,
    `  Whose fault: ${FAULTS[fault]}.`,
    `  What to do:  ${advice}`,
    ...(lasts === undefined ? [] : [`  ${lasts}`]),
    ...(unconfirmed ? ['  Sinch has not confirmed this.'] : []),
    `  Source: ${source.page} (${source.date})`,
    '',
  ];
}

function tableOf(kind: CodeKind): string[] {
  const codes = listCodes(kind);
  const widest = (texts: string[]): number => Math.max(...texts.map((text) => text.length));
  const code = widest(codes.map((each) => String(each.code)));
  const name = widest(codes.map((each) => each.name));
  return [
    `${kind}: ${KIND_NAMES[kind]}`,
    ...codes.map(
      (each) =>
        `  ${String(each.code).padEnd(code)}  ${each.name.padEnd(name)}  ${each.permanence.padEnd(9)}  ${each.fault}`,
    ),
    '',
  ];
}

function unknownCode(code: string, kind: CodeKind | undefined): CommandError {
  const asked = kind === undefined ? code : `${code} among the codes of kind ${kind}`;
  // With a kind given, somebody may have meant another one.
  const near = [
    ...(kind === undefined ? [] : findCode(code)),
    ...nearCodes(code, kind === undefined ? CODE_KINDS : [kind]),
  ];
  const named = near.map((each) => `${each.code} (${each.kind}, ${each.name})`);
  const hint = named.length === 0 ? 'See --list for all that are known.' : `Near it are ${named.join(', ')}.`;
  return new CommandError('unknown_code', `Nothing is known of ${asked}. ${hint}`);
}
