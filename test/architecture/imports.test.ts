/**
 * The house of docs/architecture.md, as it is imported: which folder may know which. The lint rules of `.oxlintrc.json`
 * say part of it earlier and nearer to the line; this is the whole of it.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { allImports, importsOf, SOURCE, type SourceImport, sourceFiles, unitOf } from './source-imports.ts';

/** What each folder, and each file beside the folders, may import; `contract` is open to all. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  workflows: [],
  'workflow-bundle': ['workflows'],
  codes: [],
  countries: [],
  hosts: [],
  timing: [],
  web: [],
  settings: ['countries', 'db', 'hosts'],
  sinch: ['hosts', 'settings', 'web'],
  db: ['countries'],
  plans: ['settings', 'sinch'],
  webhook: ['settings', 'sinch', 'timing', 'web'],
  events: ['db', 'webhook'],
  exporters: ['db', 'events', 'hosts', 'sinch', 'timing'],
  register: ['db', 'events'],
  requests: ['countries', 'hosts', 'settings'],
  client: ['requests'],
  activities: ['settings', 'events', 'exporters', 'plans', 'sinch', 'timing'],
  'send-workers': ['activities', 'plans', 'settings', 'timing'],
  metrics: ['timing'],
  sweeps: ['settings', 'timing'],
  'payload-encryption': ['db'],
  erasure: ['db', 'settings', 'timing'],
  intake: ['db', 'register', 'requests', 'settings'],
  http: [
    'client',
    'codes',
    'events',
    'intake',
    'metrics',
    'plans',
    'countries',
    'erasure',
    'payload-encryption',
    'register',
    'requests',
    'settings',
    'sinch',
    'timing',
    'web',
    'webhook',
  ],
  simulator: [],
  testing: ['simulator'],
  // What follows composes the parts.
  'search-attributes.ts': [],
  'log.ts': [],
  'temporal-config.ts': ['hosts'],
  'config.ts': ['countries', 'db', 'hosts', 'http', 'log.ts', 'settings', 'temporal-config.ts'],
  'plugin.ts': [
    'activities',
    'client',
    'codes',
    'events',
    'exporters',
    'hosts',
    'payload-encryption',
    'send-workers',
    'search-attributes.ts',
    'settings',
    'sinch',
    'sweeps',
    'workflow-bundle',
  ],
  'index.ts': [
    'countries',
    'db',
    'events',
    'exporters',
    'hosts',
    'payload-encryption',
    'plugin.ts',
    'settings',
    'sinch',
  ],
  'reports.ts': ['db', 'events'],
  'worker.ts': ['db', 'events', 'exporters', 'hosts', 'payload-encryption', 'plugin.ts', 'settings'],
  'server.ts': [
    'client',
    'db',
    'erasure',
    'events',
    'exporters',
    'hosts',
    'http',
    'intake',
    'metrics',
    'payload-encryption',
    'plans',
    'register',
    'settings',
    'sinch',
    'web',
    'webhook',
  ],
  'worker-connection.ts': [],
  local: [
    'db',
    'hosts',
    'payload-encryption',
    'server.ts',
    'settings',
    'simulator',
    'web',
    'worker-connection.ts',
    'worker.ts',
  ],
  commands: [
    'codes',
    'config.ts',
    'countries',
    'db',
    'erasure',
    'events',
    'hosts',
    'http',
    'intake',
    'local',
    'log.ts',
    'payload-encryption',
    'requests',
    'server.ts',
    'settings',
    'simulator',
    'sinch',
    'temporal-config.ts',
    'worker-connection.ts',
    'worker.ts',
  ],
  demo: ['commands', 'db', 'events', 'http', 'intake', 'local', 'simulator', 'testing'],
  'cli.ts': ['commands'],
  tour: ['commands', 'local', 'simulator'],
  'demo.ts': ['commands', 'demo'],
  'tour.ts': ['commands', 'tour'],
};

/** Known by their types alone: who implements them is the composition's business. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = {
  activities: ['settings', 'events', 'exporters', 'sinch'],
  'send-workers': ['settings'],
  plans: ['settings', 'sinch'],
  sweeps: ['settings'],
  'payload-encryption': ['db'],
  sinch: ['settings'],
  events: ['webhook'],
  http: ['metrics', 'plans', 'sinch'],
};

const imports = allImports();
const inside = imports.filter((each): each is SourceImport & { target: string; to: string } => each.to !== undefined);
const spell = ({ file, specifier }: SourceImport): string => `${file} imports ${specifier}`;

describe('the imports of src', () => {
  test('are read as they are written', () => {
    const text = [
      "import { one } from './one.ts';",
      "import type { Two } from '../two/index.ts';",
      "import {\n  type Three,\n  three,\n} from '../three/index.ts';",
      "export * from 'four';",
      "import './five.ts';",
      "const six = await import('../six/index.ts');",
      'const none = "a sentence from \'seven\'";',
    ].join('\n');
    assert.deepEqual(
      importsOf('here/file.ts', text).map(({ specifier, typeOnly, to }) => [specifier, typeOnly, to]),
      [
        ['./one.ts', false, 'here'],
        ['../two/index.ts', true, 'two'],
        ['../three/index.ts', false, 'three'],
        ['four', false, undefined],
        ['./five.ts', false, 'here'],
        ['../six/index.ts', false, 'six'],
      ],
    );
    assert.ok(inside.length > 400, `only ${inside.length} imports were found`);
  });

  test('name files that exist', () => {
    const files = new Set(sourceFiles());
    assert.deepEqual(inside.filter(({ target }) => !files.has(target)).map(spell), []);
  });

  test('go only where the table of the house allows', () => {
    const units = [...new Set(sourceFiles().map(unitOf))];
    assert.deepEqual(
      units.filter((unit) => ALLOWED[unit] === undefined),
      [],
      'a new folder or file: say in the table what it may import',
    );
    const forbidden = inside.filter(
      ({ from, to }) => from !== to && to !== 'contract' && ALLOWED[from]?.includes(to) !== true,
    );
    assert.deepEqual(forbidden.map(spell), []);
  });

  test('leave no line of the table unused', () => {
    const used = new Set(inside.map(({ from, to }) => `${from} → ${to}`));
    const unused = Object.entries(ALLOWED)
      .flatMap(([from, targets]) => targets.map((to) => `${from} → ${to}`))
      .filter((edge) => !used.has(edge));
    assert.deepEqual(unused, []);
  });

  test('go in no circle', () => {
    const edges = new Map<string, Set<string>>();
    for (const { from, to } of inside) if (from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to));
    const done = new Set<string>();
    function visit(unit: string, trail: readonly string[]): void {
      assert.ok(!trail.includes(unit), `a circle: ${[...trail, unit].join(' → ')}`);
      if (done.has(unit)) return;
      for (const next of edges.get(unit) ?? []) visit(next, [...trail, unit]);
      done.add(unit);
    }
    for (const unit of edges.keys()) visit(unit, []);
  });

  test('reach another folder by its index alone, and the files of contract directly', () => {
    const insides = inside.filter(
      ({ from, to, target }) => from !== to && to !== 'contract' && target.includes('/') && target !== `${to}/index.ts`,
    );
    assert.deepEqual(insides.map(spell), []);
  });

  test('take only types where a folder acts on interfaces', () => {
    const values = inside.filter(({ from, to, typeOnly }) => !typeOnly && TYPES_ONLY[from]?.includes(to) === true);
    assert.deepEqual(values.map(spell), []);
  });

  test('bring nothing but the workflow SDK and contract into the workflow sandbox', () => {
    const packages = imports.filter(({ to }) => to === undefined);
    const ofWorkflows = packages.filter(({ from }) => from === 'workflows').map(({ specifier }) => specifier);
    assert.deepEqual([...new Set(ofWorkflows)].sort(), ['@temporalio/workflow', 'temporal-sinch-user-workflows']);
    assert.deepEqual(packages.filter(({ from }) => from === 'contract').map(spell), []);
  });

  test('reach for the Temporal worker only where workers are run', () => {
    const users = imports.filter(({ specifier }) => specifier === '@temporalio/worker').map(({ from }) => from);
    assert.deepEqual([...new Set(users)].sort(), [
      'local',
      'plugin.ts',
      'search-attributes.ts',
      'send-workers',
      'worker-connection.ts',
      'worker.ts',
      'workflow-bundle',
    ]);
  });
});

describe("each folder's index", () => {
  const folders = [
    ...new Set(
      sourceFiles()
        .filter((file) => file.includes('/'))
        .map(unitOf),
    ),
  ];

  test('is there, except for contract, whose files are imported directly', () => {
    const files = new Set(sourceFiles());
    assert.deepEqual(
      folders.filter((folder) => !files.has(`${folder}/index.ts`)),
      ['contract'],
    );
  });

  for (const folder of folders.filter((name) => name !== 'contract')) {
    test(`of ${folder} names what it exports`, () => {
      const text = readFileSync(path.join(SOURCE, folder, 'index.ts'), 'utf8');
      assert.doesNotMatch(text, /export\s+(?:type\s+)?\*/, 'an export of everything');
      assert.doesNotMatch(text, /export\s+default/, 'a default export');
      assert.match(text, /export\s+(?:type\s+)?\{/);
    });
  }
});
