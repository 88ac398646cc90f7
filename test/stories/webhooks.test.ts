/** Webhooks: what an address is told of a notice, signed, in three shapes, and tried again when it fails. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { Webhook } from '#contract/webhook.ts';
import { openApi } from '../kit/api.ts';
import { openBridgeCalls } from '../kit/bridge-calls.ts';
import { eventually } from '../kit/eventually.ts';
import { openPushService } from '../kit/push-service.ts';

const notice = { topic: 'approval', title: 'Approve <this> & that' };

test('an address is told of a notice in its shape, signed over time and body, and deliveries are listed (N5)', async () => {
  await using receiver = await openPushService();
  await using world = await openApi(['--allow-outbound', receiver.host, '--public-url', 'https://relay.example']);
  const secrets = new Map<string, string>();
  for (const shape of ['json', 'ntfy', 'slack']) {
    const body = { name: shape, url: `${receiver.url}/${shape}`, shape };
    const made = await world.ask<{ secret: string }>('POST', '/v1/webhooks', { body });
    assert.equal(made.status, 201);
    secrets.set(`/${shape}`, made.json.secret);
  }
  const bridge = await openBridgeCalls(world);
  await bridge.putAll([{ path: 'approvals/one.json', text: 'secret words of the document', notice }]);
  await eventually(() => receiver.received.length === 3);
  const texts = new Map(
    receiver.received.map(({ path, headers, body }) => {
      const text = new TextDecoder().decode(body);
      const time = headers['x-sallyport-timestamp'];
      const signature = createHmac('sha256', secrets.get(path) ?? '')
        .update(`${time}.${text}`)
        .digest('hex');
      assert.equal(headers['x-sallyport-signature'], `sha256=${signature}`);
      assert.doesNotMatch(text, /secret words/);
      return [path, text];
    }),
  );
  assert.equal(JSON.parse(texts.get('/json') ?? '').title, notice.title);
  assert.equal(texts.get('/ntfy'), notice.title);
  const slack = 'Approve &lt;this&gt; &amp; that <https://relay.example/#/inbox|Open>';
  assert.deepEqual(JSON.parse(texts.get('/slack') ?? ''), { text: slack });
  const ntfy = receiver.received.find(({ path }) => path === '/ntfy')?.headers;
  assert.deepEqual(
    [ntfy?.['x-click'], ntfy?.['x-tags'], ntfy?.['x-priority']],
    ['https://relay.example/#/inbox', 'approval', '4'],
  );
  const listed = await eventually(async () => {
    const { items } = (await world.ask<{ items: Webhook[] }>('GET', '/v1/webhooks')).json;
    return items.every(({ deliveries }) => deliveries[0]?.status === 201) && items;
  });
  for (const secret of secrets.values()) assert.ok(!JSON.stringify(listed).includes(secret));
});

test('a private address is refused, a test says how it went, and only admins may', async () => {
  await using receiver = await openPushService();
  await using world = await openApi(['--allow-outbound', receiver.host]);
  const private_ = await world.ask('POST', '/v1/webhooks', { body: { name: 'x', url: 'https://192.168.1.1/' } });
  assert.equal(private_.json.code, 'outbound-refused');
  const made = await world.ask('POST', '/v1/webhooks', { body: { name: 'x', url: `${receiver.url}/x` } });
  receiver.answerWith(500);
  const tested = await world.ask<Webhook>('POST', `/v1/webhooks/${made.json.id}/test`, { body: {} });
  assert.equal(tested.json.deliveries[0]?.status, 500);
  const { key } = await world.keyWith('execute');
  assert.equal((await world.ask('GET', '/v1/webhooks', { key })).status, 403);
  assert.equal((await world.ask('DELETE', `/v1/webhooks/${made.json.id}`)).status, 200);
});
