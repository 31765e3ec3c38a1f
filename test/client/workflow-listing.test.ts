import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  createMessageClient,
  createWorkflowListing,
  type MessageClient,
  WorkflowListingError,
} from '../../src/client/index.ts';
import type { ListedWorkflow, WorkflowListing } from '../../src/contract/workflow-listing.ts';
import { sampleMessage } from '../helpers/messages.ts';
import { createTestEnvironment, type TestEnvironment } from '../helpers/temporal.ts';

const WEIRD = `it's "50%" \\ off'; or SinchProjectId != ''`;

let environment: TestEnvironment;
let messages: MessageClient;
let listing: WorkflowListing;

before(async () => {
  environment = await createTestEnvironment();
  messages = createMessageClient({ client: environment.client });
  listing = createWorkflowListing({ client: environment.client });
  for (const [messageId, campaignId] of [
    ['a-1', 'spring'],
    ['a-2', 'spring'],
    ['a-3', 'spring'],
    ['b-1', WEIRD],
  ] as const) {
    await messages.start(sampleMessage({ messageId, campaign: { campaignId } }));
  }
  await messages.start(sampleMessage({ projectId: 'other', messageId: 'a-1', campaign: { campaignId: 'spring' } }));
  await environment.client.workflow.getHandle('sinch/shop/a-3').terminate('over');
});
after(() => environment?.teardown());

async function all(campaignId: string, size: number): Promise<ListedWorkflow[]> {
  const found: ListedWorkflow[] = [];
  let token: string | undefined;
  do {
    const page = await listing.ofCampaign({ projectId: 'shop', campaignId }, { size, ...(token ? { token } : {}) });
    assert.ok(page.workflows.length <= size);
    found.push(...page.workflows);
    token = page.nextToken;
  } while (token !== undefined);
  return found;
}

/** Visibility follows a moment later. */
async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('lists the workflows of a campaign page by page, running and closed', async () => {
  const found = await eventually(
    () => all('spring', 2),
    (seen) => seen.length === 3 && seen.some(({ running }) => !running),
  );
  assert.deepEqual(
    found.map(({ messageId, state, closedAt }) => `${messageId} ${state} ${closedAt !== undefined}`).sort(),
    ['a-1 RUNNING false', 'a-2 RUNNING false', 'a-3 TERMINATED true'],
  );
  assert.ok(found.every(({ startedAt }) => startedAt?.endsWith('Z')));
});

test('takes a campaign id of any characters as an id and nothing else', async () => {
  const found = await eventually(
    () => all(WEIRD, 10),
    (seen) => seen.length > 0,
  );
  assert.deepEqual(
    found.map(({ messageId }) => messageId),
    ['b-1'],
  );
  assert.deepEqual(await all(`x' or SinchProjectId = 'shop`, 10), []);
  assert.deepEqual(await all(`x\\`, 10), []);
});

test('finds messages by their ids, more than fit in one question', async () => {
  const keys = Array.from({ length: 250 }, (_, index) => ({ projectId: 'shop', messageId: `none-${index}` }));
  keys.splice(230, 0, { projectId: 'shop', messageId: 'a-2' });
  const found = await eventually(
    () => listing.find(keys),
    (seen) => seen.length > 0,
  );
  assert.deepEqual(
    found.map(({ messageId, running }) => [messageId, running]),
    [['a-2', true]],
  );
  assert.deepEqual(await listing.find([]), []);
});

test('describes one message as it is now', async () => {
  assert.equal((await listing.describe({ projectId: 'shop', messageId: 'a-1' }))?.running, true);
  const ended = await listing.describe({ projectId: 'shop', messageId: 'a-3' });
  assert.deepEqual([ended?.state, ended?.running, typeof ended?.closedAt], ['TERMINATED', false, 'string']);
  assert.equal(await listing.describe({ projectId: 'shop', messageId: 'nobody' }), undefined);
});

test('says what to register where the namespace has no search attributes of ours', async () => {
  await using bare = await createTestEnvironment({ searchAttributes: [] });
  const { ofCampaign } = createWorkflowListing({ client: bare.client });
  await assert.rejects(ofCampaign({ projectId: 'shop', campaignId: 'x' }, { size: 1 }), (error) => {
    assert.ok(error instanceof WorkflowListingError, String(error));
    assert.match(error.message, /SinchCampaignId.*search-attribute create/);
    return true;
  });
});
