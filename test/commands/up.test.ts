import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { MessageView } from '../../src/http/index.ts';
import { type Child, listens, startChild } from '../helpers/child.ts';
import { type CommandResult, runCommand } from './context.ts';

describe('up, and the commands that speak to it', () => {
  let dataDir = '';
  let up: Child;
  let addresses: Record<string, string>;
  const run = (...args: string[]): Promise<CommandResult> => runCommand([...args, '--data-dir', dataDir]);

  before(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'temporal-sinch-up-'));
    up = startChild('src/cli.ts', ['up', '--memory', '--json', '--report-delay', '200', '--data-dir', dataDir]);
    addresses = JSON.parse(await up.firstLine()) as Record<string, string>;
  });
  after(async () => {
    // Ended already by the last test, unless that did not come to it.
    up.signal('SIGKILL');
    await up.exited;
    rmSync(dataDir, { recursive: true, force: true });
  });

  test('send --wait tells how the message ended', async () => {
    const { exitCode, stdout, stderr } = await run('send', '--to', '+33639980001', '--text', 'Hello', '--wait');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Message [0-9A-Z]{26}: delivered\. Delivered to the handset at /);
    assert.match(stderr, /was taken and waits to be sent/);
  });

  test('send --wait ends with exit code 1 where the message was not delivered', async () => {
    const { exitCode, stdout } = await run('send', '--to', '+33639989901', '--text', 'Hello', '--wait');
    assert.equal(exitCode, 1);
    assert.match(stdout, /: failed\. Delivery to the handset failed at .* \(code 150, unknown subscriber\)\./);
  });

  test('message tells what happened to a message, with its number masked', async () => {
    const sent = await run('send', '--to', '+491710009907', '--text', 'Geheim', '--id', 'to-germany', '--json');
    assert.deepEqual((JSON.parse(sent.stdout) as { success: boolean }).success, true);
    const { exitCode, stdout } = await run('message', 'to-germany');
    assert.equal(exitCode, 0);
    assert.match(stdout, /An SMS to \+49•+07 \(Germany\) from Demo was requested\./);
    assert.doesNotMatch(stdout, /1710009907|Geheim/);
    const view = JSON.parse((await run('message', 'to-germany', '--json')).stdout) as MessageView;
    assert.equal(view.reportsExpected, false);
  });

  test('send tells of an id that was requested before, and sends nothing again', async () => {
    const args = ['send', '--to', '+33639980009', '--text', 'Hello', '--id', 'once'];
    const first = await run(...args, '--wait');
    assert.equal(first.exitCode, 0, first.stderr);
    const { exitCode, stdout } = await run(...args);
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^Message once was requested before, at .* UTC, so nothing is sent again\. Delivered to the handset at .* UTC\.\nSee it with: /,
    );
    assert.doesNotMatch(stdout, /waits to be sent/);
  });

  test('status shows parts, plans, what waits and the exporter at a glance', async () => {
    const { exitCode, stdout, stderr } = await run('status');
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /^Project demo at http:\S+: every part works\n/);
    for (const line of [/Held +no plan/, /Waiting to be sent +\d+ message/, /Waiting for a report +\d+ message/]) {
      assert.match(stdout, line);
    }
    assert.match(stdout, /Exporter +none: campaign events stay here/);
    assert.match(stdout, /\* +simulator /);
    const status = JSON.parse((await run('status', '--json')).stdout) as {
      readiness: { status: string };
      ledger: { balanced: boolean };
      integrations: { id: string }[];
    };
    assert.deepEqual(
      [status.readiness.status, status.ledger.balanced, status.integrations.map(({ id }) => id)],
      ['ok', true, ['simulator']],
    );
  });

  test("open finds a message in Temporal's web UI, which has it there", async () => {
    await run('send', '--to', '+33639980004', '--text', 'Hello', '--id', 'shown', '--wait');
    const { exitCode, stdout, stderr } = await run('open', 'shown', '--print');
    assert.equal(exitCode, 0, stderr);
    const address = stdout.trim();
    assert.equal(address, `${addresses['temporal_ui']}/namespaces/default/workflows/sinch%2Fdemo%2Fshown`);
    // The page is made by scripts; what they ask for is this.
    const asked = await fetch(address.replace('/namespaces/', '/api/v1/namespaces/'));
    assert.equal(asked.status, 200);
    assert.match((await run('open', '--print')).stdout, /\/namespaces\/default\/workflows\?query=/);
    assert.match((await run('open', 'nobody-knows', '--print')).stderr, /has no message of this id/);
    assert.match((await run('open', '--ui', 'ftp://x', '--print')).stderr, /no http or https address: ftp:\/\/x/);
  });

  test('a wait that is over says so, and that the message goes on', async () => {
    const args = ['--to', '+491710019907', '--text', 'Hallo', '--wait', '0.1', '--json'];
    const { exitCode, stdout } = await run('send', ...args);
    assert.equal(exitCode, 1);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    assert.equal(error.code, 'still_waiting');
    assert.match(error.message, /goes on: /);
  });

  test('a number that cannot be sent to, an unknown message and a wrong key are told apart', async () => {
    const badNumber = await run('send', '--to', '+4474', '--text', 'Hello');
    assert.equal(badNumber.exitCode, 1);
    assert.match(badNumber.stderr, /cannot be sent: recipient: The phone number is too short/);
    const unknown = await run('message', 'nobody-knows');
    assert.equal(unknown.exitCode, 1);
    assert.match(unknown.stderr, /^Error: Project demo has no message of this id; ids are case-sensitive\.$/m);
    const wrongKey = await run('ledger', '--api-key', 'not-the-right-one');
    assert.equal(wrongKey.exitCode, 1);
    assert.match(wrongKey.stderr, /API key is not right. It came from --api-key/);
    const wrongProject = await run('ledger', '--project', 'other');
    assert.equal(wrongProject.exitCode, 1);
    assert.match(wrongProject.stderr, /There is no project other/);
  });

  test('ledger counts a campaign alone, and balances', async () => {
    await run('send', '--to', '+33639980002', '--text', 'Hello', '--campaign', 'spring', '--wait');
    const campaign = JSON.parse((await run('ledger', '--campaign', 'spring', '--json')).stdout) as Record<
      string,
      unknown
    >;
    assert.deepEqual([campaign['requested'], campaign['delivered'], campaign['balanced']], [1, 1, true]);
    const { exitCode, stdout } = await run('ledger');
    assert.equal(exitCode, 0);
    assert.match(stdout, /requested +8\n[^]*The ledger balances/);
    const mistyped = await run('ledger', '--campaign', 'sprnig');
    assert.match(mistyped.stderr, /^No request names campaign sprnig: `temporal-sinch campaigns` lists/m);
  });

  test('campaign shows and checks a campaign, and campaigns lists it', async () => {
    await run('send', '--to', '+33639980003', '--text', 'Hello', '--campaign', 'autumn', '--wait');
    const shown = await run('campaign', 'autumn');
    assert.equal(shown.exitCode, 0, shown.stderr);
    assert.match(shown.stdout, /delivered +1 +100\.0 % of enqueued +█/);
    const checked = await run('campaign', 'autumn', '--check');
    assert.equal(checked.exitCode, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, /^The one request adds up with its events and with Temporal\.$/m);
    assert.doesNotMatch(checked.stdout, /not known to Temporal/);
    assert.match((await run('campaigns')).stdout, /^autumn .*\nspring /m);
  });

  test('a second stack is refused where one runs', async () => {
    const { exitCode, stderr } = await run('up', '--memory');
    assert.equal(exitCode, 1);
    assert.match(stderr, new RegExp(`A stack already runs .* process ${up.pid},`));
  });

  test('Ctrl-C stops everything, with exit code 0, and the next command says that no stack runs', async () => {
    const urls = ['url', 'temporal', 'temporal_ui', 'simulator'].map((name) => addresses[name] ?? '');
    for (const url of urls) assert.ok(await listens(url), url);
    up.signal('SIGINT');
    assert.equal(await up.exited, 0, up.stderr());
    for (const url of urls) assert.equal(await listens(url), false, url);
    assert.match(up.stderr(), /Stopping[^]*Stopped\./);
    assert.equal(up.stdout().trimEnd().split('\n').length, 1, 'nothing but the line of JSON on standard output');
    const file = JSON.parse(readFileSync(path.join(dataDir, 'stack.json'), 'utf8')) as Record<string, unknown>;
    assert.deepEqual(Object.keys(file), ['apiKey', 'projectId', 'ports']);
    assert.equal(file['apiKey'], addresses['api_key']);
    assert.match((await run('ledger')).stderr, /No stack is running here/);
  });
});
