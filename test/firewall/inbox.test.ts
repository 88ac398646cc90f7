/** What people type into a terminal comes to its machine by a stream of events; where a network keeps that back or cuts it, or the relay knows none, by long-polls. Each key is typed once. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { createClient } from '../../bridge/net/client.ts';
import { openApi } from '../kit/api.ts';
import { openBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { type Meddler, type Meddling, type Met, openMeddler } from '../kit/meddler.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { openTerminal, sitAt, typeThroughRestarts } from '../kit/seat.ts';
import { endKeeper } from '../kit/sessions.ts';
import { openWeather } from '../kit/weather.ts';
import { openWorld } from '../kit/world.ts';

const typed = ['sh', '-c', 'stty -echo; cat'];

const isInbox = ({ path }: Met) => path === '/v1/bridge/inbox';
const asked = (met: Met) => JSON.parse(met.text()) as { readonly live?: string; readonly waitSeconds: number };
const onInbox = (meddle: (met: Met) => Meddling) => (met: Met) => (isInbox(met) ? meddle(met) : undefined);

interface Network {
  readonly name: string;
  readonly way: 'live' | 'by long-polls';
  /** Somebody types while nobody knows yet what passes this network, unless that changes what passes. */
  readonly typesAtOnce?: false;
  readonly open: (relay: string) => Promise<Meddler>;
}

const networks: readonly Network[] = [
  { name: 'through a network that lets all pass', way: 'live', open: (relay) => openMeddler(relay) },
  {
    name: 'through a gateway that buffers every answer to its end',
    way: 'by long-polls',
    open: (relay) => openWeather(relay, 'buffers every answer to its end'),
  },
  {
    name: 'through a gateway that holds back one chunk',
    way: 'by long-polls',
    typesAtOnce: false,
    open: (relay) => openWeather(relay, 'holds back one chunk'),
  },
  {
    name: 'through a gateway that cuts what is held for 1 s',
    way: 'live',
    open: (relay) => openWeather(relay, 'cuts what is held for 1 s'),
  },
  {
    name: 'through a gateway that cuts event streams at once',
    way: 'by long-polls',
    open: (relay) =>
      openMeddler(
        relay,
        onInbox((met) => (asked(met).live === undefined ? undefined : { cutAfterMs: 100 })),
      ),
  },
  {
    name: 'from a relay that does not know the stream',
    way: 'by long-polls',
    open: (relay) =>
      openMeddler(
        relay,
        onInbox((met) => {
          const { live: _, ...rest } = asked(met);
          return { body: Buffer.from(JSON.stringify(rest)) };
        }),
      ),
  },
];

test('what is typed comes through each network', { concurrency: true }, async (t) => {
  await Promise.all(
    networks.map(({ name, way, typesAtOnce = true, open }) =>
      t.test(`${name} each key comes once, and in the end ${way} (H10)`, async () => {
        await using stack = new AsyncDisposableStack();
        const relay = stack.use(await openApi());
        const between = stack.use(await open(relay.url));
        const { path } = stack.use(await openTemporaryFolder());
        const data = join(path, 'data');
        await writePolicy(data, { kinds: programs });
        stack.defer(() => endKeeper(data));
        const bridge = stack.use(await openBridge(relay, { data, through: between.url }));
        await bridge.event('synced');
        const terminal = await openTerminal(relay, bridge.machine, typed);
        const client = stack.use(createClient({ origin: new URL(relay.url), key: relay.ownerKey }));
        await using seat = sitAt(client, terminal);
        const first = async () => {
          seat.type('first.\r');
          await seat.sees('first.');
        };
        if (typesAtOnce) await first();
        const inbox = async () => JSON.parse(await readFile(join(data, 'status.json'), 'utf8')).inbox as string;
        const wanted = way === 'live' ? 'events' : 'long-poll';
        await eventually(async () => (await inbox()) === wanted, { timeoutMs: 20_000 });
        if (!typesAtOnce) await first();
        for (let number = 0; number < 10; number++) seat.type(`n${number}.`);
        seat.type('\r');
        await seat.sees('n9.');
        assert.deepEqual(seat.seen().match(/first\.|n\d\./g), [
          'first.',
          ...Array.from({ length: 10 }, (_, n) => `n${n}.`),
        ]);
        assert.equal(seat.late(), 0);
        assert.match(bridge.log(), new RegExp(`what people type comes ${way}`));
        const requests = between.met.filter(isInbox).map(asked);
        const isBeside = ({ live, waitSeconds }: ReturnType<typeof asked>) =>
          live === undefined && waitSeconds === limits.helloMs / 1000;
        // Where the stream keeps silent, no key waits until that is certain.
        if (/buffers|holds back/.test(name)) assert.ok(requests.some(isBeside), JSON.stringify(requests));
        // Nothing is held for a machine without a terminal.
        seat.type('\u0004');
        await eventually(async () => (await inbox()) === undefined);
      }),
    ),
  );
});

test('the relay is restarted in the midst of typing: its stream says goodbye or breaks off, each key is typed once, and all of it is seen (H10)', async () => {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld());
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await writePolicy(join(world.folder, 'bridge-laptop'), { kinds: programs });
  const machine = await world.startMachine('laptop', [root]);
  const { result } = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24, argv: typed });
  const { terminal } = result as { readonly terminal: string };
  const client = stack.use(createClient({ origin: new URL(world.url), key: world.key }));
  const restarts = { 10: () => world.restartApi('SIGKILL'), 20: () => world.restartApi('SIGTERM') };
  await typeThroughRestarts(client, terminal, restarts);
  const status = JSON.parse(await readFile(join(world.folder, 'bridge-laptop', 'status.json'), 'utf8'));
  assert.equal(status.inbox, 'events');
});
