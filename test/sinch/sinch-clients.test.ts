import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { baseUrlOfRegion, createSinchClients } from '../../src/sinch/index.ts';
import { answering, startHost, submission } from './scripted-host.ts';

const integration = (baseUrl: string, servicePlanId: string, apiToken = 'token') => ({
  baseUrl,
  servicePlanId,
  apiToken,
});

describe('the clients of a process', () => {
  test('keep a plan that hangs from taking the connections of another on the same host', async () => {
    const held: (() => void)[] = [];
    await using host = await startHost((request, response) => {
      const answer = (): void => void response.writeHead(201).end('{"id":"01B"}');
      if (request.url.pathname.includes('/busy/')) held.push(answer);
      else answer();
    });
    await using clients = createSinchClients({ connections: 2, allowPrivateHosts: true });
    const busy = clients.for(integration(host.baseUrl, 'busy'));
    let ended = false;
    const hung = Promise.all([1, 2, 3, 4].map(() => busy.submit(submission()).finally(() => (ended = true))));
    await host.waitForRequests(2);
    const outcome = await clients.for(integration(host.baseUrl, 'free')).submit(submission());
    assert.equal(outcome.kind, 'accepted');
    assert.equal(ended, false, 'it was answered while the other plan hung');
    assert.equal(host.seen.length, 3, 'two of the busy plan, as it has two connections');
    host.script = answering(201, '{"id":"01C"}');
    for (const answer of held) answer();
    assert.deepEqual(
      (await hung).map(({ kind }) => kind),
      Array.from({ length: 4 }, () => 'accepted'),
    );
  });

  test('keep a host that hangs from holding up another', async () => {
    let answer = (): void => {};
    await using slow = await startHost((_, response) => {
      answer = () => response.writeHead(201).end('{"id":"01B"}');
    });
    await using quick = await startHost(answering(201, '{"id":"01B"}'));
    await using clients = createSinchClients({ connections: 1, allowPrivateHosts: true });
    let ended = false;
    const hung = clients
      .for(integration(slow.baseUrl, 'plan'))
      .submit(submission())
      .finally(() => (ended = true));
    await slow.waitForRequests(1);
    assert.equal((await clients.for(integration(quick.baseUrl, 'plan')).submit(submission())).kind, 'accepted');
    assert.equal(ended, false, 'it was answered while the other host hung');
    answer();
    assert.equal((await hung).kind, 'accepted');
  });

  test('share the connections of a plan, and take a changed token at once', async () => {
    const ports = new Set<number | undefined>();
    await using host = await startHost((_, response, socket) => {
      ports.add(socket.remotePort);
      response.writeHead(201).end('{"id":"01B"}');
    });
    await using clients = createSinchClients({ connections: 1, allowPrivateHosts: true });
    await clients.for(integration(host.baseUrl, 'plan', 'old')).submit(submission());
    await clients.for(integration(host.baseUrl, 'plan', 'new')).submit(submission());
    assert.deepEqual(
      host.seen.map(({ headers }) => headers.authorization),
      ['Bearer old', 'Bearer new'],
    );
    assert.equal(ports.size, 1);
  });

  test('can be asked for without their holder', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    await using clients = createSinchClients({ allowPrivateHosts: true });
    const { for: clientFor } = clients;
    assert.equal((await clientFor(integration(host.baseUrl, 'plan')).submit(submission())).kind, 'accepted');
  });

  test('close when the requests that are under way have their answers', async () => {
    let answer = (): void => {};
    await using host = await startHost((_, response) => {
      answer = () => response.writeHead(201).end('{"id":"01B"}');
    });
    const clients = createSinchClients({ allowPrivateHosts: true });
    const sending = clients.for(integration(host.baseUrl, 'plan')).submit(submission());
    await host.waitForRequests(1);
    let closed = false;
    const closing = clients.close().then(() => (closed = true));
    await new Promise(setImmediate);
    assert.equal(closed, false);
    answer();
    assert.equal((await sending).kind, 'accepted');
    await closing;
    await clients.close();
  });

  test('send nothing once they are closed', async () => {
    await using host = await startHost(answering(201, '{"id":"01B"}'));
    const clients = createSinchClients({ allowPrivateHosts: true });
    const before = clients.for(integration(host.baseUrl, 'plan'));
    await clients.close();
    assert.throws(() => clients.for(integration(host.baseUrl, 'plan')), /closed/);
    assert.equal((await before.submit(submission())).kind, 'not_accepted');
    assert.equal(host.seen.length, 0);
  });

  for (const [option, value] of [
    ['connections', 0],
    ['connectTimeoutMs', -1],
  ] as const) {
    test(`refuse ${option} of ${value}`, () => {
      assert.throws(
        () => createSinchClients({ [option]: value }),
        (error: unknown) => error instanceof TypeError && error.message.includes(option),
      );
    });
  }
});

describe('the host of a region', () => {
  for (const region of ['us', 'eu', 'au', 'br', 'ca'] as const) {
    test(`${region} is its own`, () => {
      assert.equal(baseUrlOfRegion(region), `https://${region}.sms.api.sinch.com`);
    });
  }
});
