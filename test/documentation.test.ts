/** What the documents say of the code, each claim compared with the code. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { getTableColumns } from 'drizzle-orm';
import { meaningOfStatus } from '../src/contract/delivery-report.ts';
import { deepSweepWorkflowIdOf, SEARCH_ATTRIBUTE } from '../src/contract/names.ts';
import { DEFAULT_SWEEP_INTERVAL_MS } from '../src/contract/sweep.ts';
import { COUNTRIES_WITHOUT_REPORTS } from '../src/countries/index.ts';
import { campaignEvents } from '../src/db/index.ts';
import { linesOf } from '../src/demo/demo-result.ts';
import { type AppDeps, createApp } from '../src/http/index.ts';
import { messageRequestSchema } from '../src/requests/index.ts';
import { registerCommand } from '../src/search-attributes.ts';
import { MAGIC_RECIPIENTS } from '../src/simulator/index.ts';
import { DEEP_EVERY_MS, OVERLAP_MS } from '../src/workflows/sweep-range.ts';
import { allImports, sourceFiles, unitOf } from './architecture/source-imports.ts';
import { allCommands, commandsBelow, runCommand } from './commands/context.ts';
import { startChild } from './helpers/child.ts';
import { anchorsOf, codeBlocks, codeSpans, linksOf, sectionOf, tableOf } from './helpers/markdown.ts';
import { costOf } from './workflows/history-cost.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const README = read('README.md');
const DOCUMENTS = ['README.md', 'CHANGELOG.md', ...readdirSync(path.join(ROOT, 'docs')).map((file) => `docs/${file}`)];
const COMMANDS = await commandsBelow();
const ALL_COMMANDS = await allCommands();
const bare = (cell: string): string => cell.replaceAll('`', '');
const missing = (wanted: Iterable<string>, there: Iterable<string>): string[] => {
  const held = new Set(there);
  return [...new Set(wanted)].filter((each) => !held.has(each)).sort();
};

/** Options that a text names. */
const optionsIn = (text: string): string[] => [...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
/** Environment variables that a text names. */
const variablesIn = (text: string): string[] =>
  [...text.matchAll(/(?<![\w"'])(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|HOST|PORT)(?![\w"'])/g)].map(([variable]) => variable);

async function helpOf(command: string): Promise<string> {
  return (await runCommand([...command.split(' '), '--help'])).stdout;
}

/** The command that a text names at its beginning, with what follows: `keys list --json` is `keys list`. */
function commandIn(text: string): string | undefined {
  return [...ALL_COMMANDS, ...COMMANDS].find((command) => text === command || text.startsWith(`${command} `));
}

describe('links', () => {
  for (const document of DOCUMENTS) {
    test(`of ${document} lead to files and headings that are there`, () => {
      const links = linksOf(read(document)).filter((target) => !/^https?:/.test(target));
      const broken = links.filter((target) => {
        const [file = '', anchor] = target.split('#');
        const found = file === '' ? document : path.join(path.dirname(document), file);
        if (!existsSync(path.join(ROOT, found))) return true;
        return anchor !== undefined && !anchorsOf(read(found)).includes(anchor);
      });
      assert.deepEqual(broken, []);
    });
  }
});

describe('commands in the README', () => {
  test('are those that there are, each in the table', async () => {
    const named = tableOf(README, 'Command').map(([command = '']) => /^`temporal-sinch ([a-z-]+)/.exec(command)?.[1]);
    assert.deepEqual(named, COMMANDS);
  });

  test('have the options that they are given', async () => {
    const texts = [...codeBlocks(README).map(({ text }) => text.replaceAll('\\\n', ' ')), ...codeSpans(README)];
    const calls = texts.flatMap((text) => [...text.matchAll(/\btemporal-sinch ([a-z][^\n]*)/g)]);
    const rows = tableOf(README, 'Command').map((cells) => cells.join(' '));
    const inRows = rows.flatMap((row) => [...row.matchAll(/^`temporal-sinch ([a-z].*)/g)]);
    assert.ok(calls.length > 20, `${calls.length} commands were found`);
    for (const [call, said = ''] of [...calls, ...inRows]) {
      const command = commandIn(said.replaceAll('`', ' '));
      assert.ok(command !== undefined, `there is no ${call}`);
      assert.deepEqual(missing(optionsIn(said), optionsIn(await helpOf(command))), [], call);
    }
  });

  test('have the commands below them that the table names, and no other', async () => {
    for (const [cell = '', what = ''] of tableOf(README, 'Command')) {
      const command = commandIn(bare(cell).replace('temporal-sinch ', '')) ?? '';
      const below = await commandsBelow(command.split(' ')[0] ?? '');
      const named = codeSpans(what).filter((span) => /^[a-z]+$/.test(span));
      if (below.length > 0) assert.deepEqual(named.map((name) => `${command} ${name}`).sort(), below.sort());
    }
  });

  test('have, somewhere, every option that is named alone', async () => {
    const demo = startChild('src/demo.ts', ['--help']);
    await demo.exited;
    const helps = await Promise.all(ALL_COMMANDS.map(helpOf));
    const alone = codeSpans(README).filter((span) => span.startsWith('--'));
    assert.ok(alone.length > 5, `${alone.length} options were found`);
    assert.deepEqual(missing(alone.flatMap(optionsIn), optionsIn([...helps, demo.stdout()].join('\n'))), []);
  });

  test('of npm are scripts of the package', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const texts = [...codeBlocks(README).map(({ text }) => text), ...codeSpans(README)];
    const named = texts.flatMap((text) => [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name));
    assert.ok(named.includes('demo'));
    assert.deepEqual(missing(named, Object.keys(scripts)), []);
  });

  test('register the search attributes as the worker tells to', () => {
    const [block] = codeBlocks(README).filter(({ text }) => text.startsWith('temporal operator'));
    const command = block?.text.replaceAll('\\\n', ' ').replaceAll(/\s+/g, ' ').trim();
    assert.equal(command, registerCommand('default', Object.values(SEARCH_ATTRIBUTE)));
  });

  test('send to magic recipients that the simulator knows', () => {
    const ranges = tableOf(README, 'Recipient ends in').map(([range = '']) => bare(range).split(' to '));
    const known = MAGIC_RECIPIENTS.map(({ suffix }): string => suffix);
    assert.deepEqual(
      known.filter((suffix) => !ranges.some(([first = '', last = '']) => first <= suffix && suffix <= last)),
      [],
    );
    assert.deepEqual(missing(ranges.flat(), known), []);
  });
});

describe('environment variables', () => {
  /** Of the system, and not ours to explain. */
  const SYSTEM = ['HOME', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'TERM'];

  /** Variables that the code reads: those of the configuration's schemas, and those that are read by name. */
  function variablesRead(): string[] {
    const schemas = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name);
    const byName = sourceFiles().flatMap((file) =>
      [...read(`src/${file}`).matchAll(/\benv\['([A-Z][A-Z_]+)'\]/g)].map(([, name = '']) => name),
    );
    assert.ok(schemas.length > 15 && byName.length > 5, `${schemas.length} and ${byName.length} variables were found`);
    return [...schemas, ...byName].filter((name) => !SYSTEM.includes(name));
  }

  async function variablesInHelp(): Promise<string[]> {
    return (await Promise.all(ALL_COMMANDS.map(helpOf))).flatMap(variablesIn);
  }

  test('that the README names are read by the code or explained in a help', async () => {
    const known = [...variablesRead(), ...(await variablesInHelp())];
    assert.deepEqual(missing(variablesIn(README), known), []);
  });

  test('that the code reads, or a help explains, are in the README', async () => {
    const known = [...variablesRead(), ...(await variablesInHelp())];
    assert.deepEqual(missing(known, variablesIn(sectionOf(README, 'Configuration'))), []);
  });

  test('have the defaults in the README that they have in the help', async () => {
    const rows = sectionOf(README, 'Configuration')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const entries = [
      ...(await helpOf('server')).matchAll(/^ {2}([A-Z][A-Z_]+(?:,\s+[A-Z][A-Z_]+)*).*\(default: ([^)]*)\)/gm),
    ];
    assert.ok(entries.length > 8, `${entries.length} defaults were found`);
    for (const [, names = '', values = ''] of entries) {
      // A default in words, and not a value.
      if (values.includes(' made of ')) continue;
      for (const name of names.split(/,\s+/)) {
        const row = rows.find((each) => each.includes(`\`${name}\``)) ?? '';
        assert.ok(
          values.split(', ').some((value) => bare(row).includes(value)),
          `${name}: ${values} is not in ${row}`,
        );
      }
    }
  });
});

describe('the HTTP API in the README', () => {
  // docs/api.md has all of them: test/http/api-document.test.ts.
  test('names routes that are served', () => {
    const named = tableOf(README, 'Route').map(([route = '']) => bare(route).replaceAll(/\{(\w+)\}/g, '{$1Id}'));
    const served = createApp({} as AppDeps).routes.map(({ method, path: route }) => `${method} ${route}`);
    const ours = named.filter((route) => !route.includes('/webhooks/'));
    assert.ok(ours.length > 5);
    assert.deepEqual(missing(ours, served), []);
  });

  test('has the fields that a request may have, and no other', () => {
    const section = sectionOf(README, 'The request');
    const prose = section.slice(section.indexOf('For the campaign events'), section.indexOf('Empty texts'));
    const named = [
      ...tableOf(section, 'Field').flatMap(([field = '']) => bare(field).split(', ')),
      ...codeSpans(prose),
    ];
    const fields = Object.keys(messageRequestSchema.shape);
    assert.deepEqual(missing(fields, named), []);
    assert.deepEqual(missing(named, fields), []);
  });
});

describe('codes', () => {
  /** Where a code begins: the files that make answers, events and explanations. */
  const SOURCES = ['activities', 'http', 'intake', 'requests', 'sinch', 'workflows'];

  /** The codes that the code gives, found by the ways in which it gives them. */
  function codesGiven(): string[] {
    const text = sourceFiles()
      .filter((file) => SOURCES.includes(unitOf(file)))
      .map((file) => read(`src/${file}`))
      .join('\n');
    const given = [
      ...text.matchAll(/\b(?:never|refuse|notSent|new Problem)\(\s*'([a-z_]+)'/g),
      ...text.matchAll(/\b(?:error|code|reason): '([a-z_]+)'/g),
    ].map(([, code = '']) => code);
    const noReport = /type NoReportError = ([^;]*);/.exec(text)?.[1] ?? '';
    return [...given, ...[...noReport.matchAll(/'([a-z_]+)'/g)].map(([, code = '']) => code)];
  }

  /** Not for users: of a callback's signature, and between two parts of ours. */
  const INNER = [
    'after_end',
    'conflicting_headers',
    'contradicts',
    // Zod's name for an issue of ours.
    'custom',
    'missing_header',
    'missing_secret',
    'stale_timestamp',
    'unknown_algorithm',
    'wrong_signature',
  ];

  test('that an event, an answer or an explanation can carry are in the README or in docs/api.md', () => {
    const codes = codesGiven().filter((code) => !INNER.includes(code));
    assert.ok(new Set(codes).size > 30, [...new Set(codes)].join(', '));
    assert.deepEqual(
      missing(
        codes,
        [README, read('docs/api.md')].flatMap(codeSpans).flatMap((span) => span.split(' ')),
      ),
      [],
    );
  });

  test('in the README are codes that the code gives', () => {
    const named = tableOf(README, 'Code').map(([code = '']) => bare(code));
    assert.deepEqual(missing(named, codesGiven()), []);
  });
});

describe('campaign events in the README', () => {
  test('have the columns of their table', () => {
    const columns = Object.values(getTableColumns(campaignEvents)).map(({ name }) => name);
    const named = tableOf(README, 'Property').map(([, , column = '']) => bare(column));
    assert.deepEqual(missing(named, columns), []);
  });

  test("follow from Sinch's statuses as the rules have it", () => {
    const rows = tableOf(README, "Status of Sinch's report").filter(([words = '']) => !words.startsWith('none'));
    const mapping = rows.flatMap(([words = '', status = '']) =>
      words.split(', ').map((word) => [word, bare(/^`?[a-z]+`?/.exec(status)?.[0] ?? '')] as const),
    );
    assert.equal(mapping.length, 11);
    for (const [word, status] of mapping) {
      const meaning = meaningOfStatus(word);
      const expected = meaning === 'intermediate' ? 'none' : meaning === 'no_receipt' ? 'timeout' : meaning;
      assert.equal(status, expected, word);
    }
  });

  test('count the countries without reports', () => {
    assert.ok(README.includes(`The ${COUNTRIES_WITHOUT_REPORTS.length} countries without reports`));
  });
});

describe('figures in the README', () => {
  test('of what a message costs are those of recorded histories', () => {
    const costs = ['delivered', 'delivered-without-status-attribute'].map((name) =>
      costOf(historyFromJSON(JSON.parse(read(`test/histories/${name}.json`)))),
    );
    const said = tableOf(sectionOf(README, 'What a message costs'), '').map(([, events = '', actions = '']) => ({
      events: Number(/\d+/.exec(events)?.[0]),
      actions: Number(/\d+/.exec(actions)?.[0]),
    }));
    assert.deepEqual(said, costs);
  });

  test('of the demo are told in the words of the demo', () => {
    const [block] = codeBlocks(sectionOf(README, 'Two commands')).filter(({ language }) => language === 'text');
    const ledger = {
      requested: 60,
      skipped: 3,
      waitingToSend: 0,
      enqueueFailed: 5,
      enqueued: 52,
      waitingForReport: 0,
      delivered: 34,
      rejected: 2,
      failed: 4,
      timeout: 12,
      faults: { eventWithoutRequest: 0, finalWithoutEnqueued: 0, skippedWithEvent: 0, refusedWithoutEvent: 0 },
      unknownOutcomes: { resent: 0, held: 0, heldStill: 0 },
      balanced: true,
    };
    const lines = linesOf({
      ledger,
      compared: [],
      differing: [],
      seconds: 9.2,
      messagesPerSecond: 13.3,
      withoutReports: [
        { country: 'DE', messages: 3 },
        { country: 'BR', messages: 2 },
        { country: 'GP', messages: 1 },
        { country: 'ID', messages: 1 },
        { country: 'MX', messages: 1 },
      ],
      lateReports: 3,
      temporalUi: '',
    });
    assert.equal(block?.text, `${lines.join('\n')}\n`);
  });
});

describe('sweeps', () => {
  const histories = ['sweep-first-apart', 'sweep-next-apart'].map((name) =>
    historyFromJSON(JSON.parse(read(`test/histories/${name}.json`))),
  );
  const deepOf = ({ events }: (typeof histories)[number]) =>
    events?.flatMap((event) => event.startChildWorkflowExecutionInitiatedEventAttributes ?? []) ?? [];
  const [first = [], next = []] = histories.map(deepOf);

  const PLACES = [
    ['README.md', 'When callbacks are lost'],
    ['docs/architecture.md', 'How lost callbacks are recovered'],
    ['docs/operations.md', 'Sweeps in Temporal'],
  ] as const;
  for (const [file, heading] of PLACES) {
    test(`are told in ${file} as they are`, () => {
      const text = sectionOf(read(file), heading).replaceAll(/\s+/g, ' ');
      assert.match(text, new RegExp(`every ${DEFAULT_SWEEP_INTERVAL_MS / 60_000} minutes`, 'i'));
      assert.match(text, new RegExp(`every ${DEEP_EVERY_MS / 3_600_000} hours`));
      assert.deepEqual(missing([deepSweepWorkflowIdOf('{service plan}')], codeSpans(text)), []);
    });
  }

  test('begin one over the whole window as recorded histories show it', () => {
    assert.deepEqual([first.length, next.length], [1, 0]);
    const [{ retryPolicy, workflowId } = {}] = first;
    assert.equal(workflowId, deepSweepWorkflowIdOf('plan-main'));
    const architecture = sectionOf(read('docs/architecture.md'), 'How lost callbacks are recovered');
    const minutes = Number(retryPolicy?.initialInterval?.seconds) / 60;
    const told = `tried ${retryPolicy?.maximumAttempts} times, with ${minutes} minutes and more between`;
    assert.ok(architecture.replaceAll(/\s+/g, ' ').includes(told), told);
    assert.ok(architecture.includes(`${OVERLAP_MS / 60_000} minutes for what Sinch showed late`));
  });
});

describe('the house in docs/architecture.md', () => {
  const document = read('docs/architecture.md');
  const section = sectionOf(document, 'The house');
  const units = [...new Set(sourceFiles().map(unitOf))];
  const parts = new Map(tableOf(section, 'Part').map(([part = '', , may = '']) => [bare(part), bare(may)]));

  test('has a line for everything in src', () => {
    const composing = tableOf(section, 'In `src`').flatMap(([names = '']) => bare(names).split(', '));
    assert.deepEqual([...parts.keys(), ...composing].sort(), [...units].sort());
  });

  test('lets each part import what it does import', () => {
    for (const [part, may] of parts) {
      const imported = allImports().filter(({ from, to }) => from === part && to !== undefined && to !== part);
      const others = [...new Set(imported.map(({ to = '' }) => to))].filter((to) => to !== 'contract').sort();
      assert.equal(may, others.join(', ') || 'nothing', part);
    }
  });

  test('names the files that it speaks of', () => {
    const files = codeSpans(document).filter((span) => /^[\w-]+(?:\/[\w-]+)*\.ts$/.test(span));
    assert.ok(files.length > 3, files.join(', '));
    const places = (file: string): string[] => [`src/${file}`, file, `test/histories/${file}`];
    assert.deepEqual(
      files.filter((file) => !places(file).some((place) => existsSync(path.join(ROOT, place)))),
      [],
    );
  });
});

test('the changelog keeps the form that it names', () => {
  const text = read('CHANGELOG.md');
  assert.match(text, /^# Changelog\n/);
  assert.match(text, /^## \[Unreleased\]$/m);
  const kinds = [...text.matchAll(/^### (.+)$/gm)].map(([, kind = '']) => kind);
  assert.deepEqual(missing(kinds, ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']), []);
});
