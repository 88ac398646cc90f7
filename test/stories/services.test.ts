/** A service brings its routes, a kind of feed and what falls due in it; the core knows nothing of it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as v from 'valibot';
import type { Route } from '#contract/routes.ts';
import { parseConfig } from '../../api/config.ts';
import { blockOf, itemText, putItem } from '../../api/relay/feeds/blocks.ts';
import { logRetention } from '../../api/relay/feeds/retention.ts';
import { EVENTS } from '../../api/relay/rows.ts';
import type { Service } from '../../api/services/service.ts';
import { type RunningApi, startApi } from '../../api/start.ts';
import { openStore } from '../../api/store/open.ts';
import { createAsk, type TestApi } from '../kit/api.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const shard = 'z:board';
const route: Route = {
  method: 'GET',
  path: '/v1/boards/:board',
  access: 'read',
  summary: 'A board',
  answer: v.object({ board: v.string(), by: v.string() }),
};

/** A made-up service: a board that tells of itself when its due comes. */
const boards: Service = {
  name: 'boards',
  routes: () => [
    {
      route,
      handler: ({ params, caller }) => ({
        json: { board: params.board, by: caller?.kind === 'person' ? caller.name : '' },
      }),
    },
  ],
  feedKinds: {
    z: {
      shard: () => shard,
      owner: (name) => (name === shard ? 'board' : undefined),
      mayRead: async () => {},
      retention: logRetention,
      items: async () => [itemText('line', 'one', '"hello"')],
      dues: {
        tell: async ({ store }, owner, due) => {
          const append = blockOf([putItem('line', 'one', store.now(), JSON.stringify(owner))]);
          await store.commit(due.shard, { due: [{ id: due.id, at: null }], append, signal: [EVENTS] });
        },
      },
    },
  },
};

const stack = new AsyncDisposableStack();
let api: RunningApi;
let ask: TestApi['ask'];

before(async () => {
  const { path } = stack.use(await openTemporaryFolder());
  {
    await using store = await openStore(`sqlite:${path}/relay.sqlite`);
    await store.commit(shard, { due: [{ id: 'tell', at: 0 }] });
  }
  const { config } = parseConfig(['--port', '0', '--data', path, '--log-level', 'error'], {});
  api = stack.use(await startApi(config, undefined, [boards]));
  ask = createAsk(api.url, (await api.ownerKey()).key);
});
after(async () => await stack.disposeAsync());

test('its route is served like any other: with a key, and counted by its scope', async () => {
  const answered = await ask('GET', '/v1/boards/kitchen');
  assert.deepEqual([answered.status, answered.json.board], [200, 'kitchen']);
  assert.equal((await ask('GET', '/v1/boards/kitchen', { key: null })).status, 401);
});

test('its feed is read by snapshot and events, and what falls due in its shard is done', async () => {
  const snapshot = await ask<{ items: unknown[] }>('GET', '/v1/feeds/z.board/snapshot');
  assert.deepEqual(snapshot.json.items, [{ item: 'line', key: 'one', value: 'hello' }]);
  const told = await eventually(async () => {
    const { json } = await ask('GET', '/v1/feeds/z.board/events?offset=-1&live=long-poll&wait=1');
    const text = JSON.stringify(json);
    return text.includes('"value":"board"') ? text : undefined;
  });
  assert.match(told, /"item":"line"/);
});

test('a relay without it knows neither its route nor its feed', async () => {
  const { path } = stack.use(await openTemporaryFolder());
  const { config } = parseConfig(['--port', '0', '--data', path, '--log-level', 'error'], {});
  const bare = stack.use(await startApi(config));
  const askBare = createAsk(bare.url, (await bare.ownerKey()).key);
  assert.equal((await askBare('GET', '/v1/boards/kitchen')).json.code, 'route-unknown');
  assert.equal((await askBare('GET', '/v1/feeds/z.board/snapshot')).json.code, 'feed-unknown');
});
