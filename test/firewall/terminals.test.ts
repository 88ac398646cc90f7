/** A terminal and a run behind the networks of companies: a key, its echo, Ctrl-C, one request that runs a program, and the rung that a reader of events ends on. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createClient } from '../../bridge/net/client.ts';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import { openApi, type TestApi } from '../kit/api.ts';
import { openBridge, type TestBridge } from '../kit/bridge.ts';
import { eventually } from '../kit/eventually.ts';
import { openSquid } from '../kit/fault-proxy.ts';
import { openNginx } from '../kit/gateways.ts';
import { needs } from '../kit/parts.ts';
import { programs, writePolicy } from '../kit/policy.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';
import { openTerminal, sitAt, typeThroughRestarts } from '../kit/seat.ts';
import { endKeeper } from '../kit/sessions.ts';
import { openWeather } from '../kit/weather.ts';
import { openWorld } from '../kit/world.ts';

const run = promisify(execFile);

/** What stands between the relay and both the machine and the person. */
interface Between {
  readonly url: string;
  readonly proxy?: ProxyServer;
}

interface Network {
  readonly name: string;
  readonly rung: 'live' | 'polling';
  readonly skip: string | false;
  readonly open: (relay: string, stack: AsyncDisposableStack) => Promise<Between>;
}

const networks: readonly Network[] = [
  {
    ...{ name: 'squid', rung: 'live', skip: needs('squid') },
    open: async (url, stack) => ({ url, proxy: stack.use(await openSquid()).proxy }),
  },
  {
    ...{ name: 'a gateway that buffers event streams', rung: 'polling', skip: false },
    open: async (url, stack) => ({ url: stack.use(await openWeather(url, 'buffers every answer to its end')).url }),
  },
  {
    ...{ name: 'nginx as it comes', rung: 'live', skip: needs('nginx') },
    open: async (url, stack) => ({ url: stack.use(await openNginx(url)).url }),
  },
];

test('terminals and runs behind networks', { concurrency: true }, async (t) => {
  await Promise.all(
    networks.map(({ name, rung, skip, open }) =>
      t.test(
        `behind ${name} what is typed is seen, Ctrl-C ends it, and exec answers; events are ${rung}`,
        {
          skip,
        },
        async () => {
          await using stack = new AsyncDisposableStack();
          const relay = stack.use(await openApi());
          const between = await open(relay.url, stack);
          const machine = await openMachine(relay, between, stack);
          const terminal = await openTerminal(relay, machine.machine);
          const client = stack.use(
            createClient({ origin: new URL(between.url), proxy: between.proxy, key: relay.ownerKey }),
          );
          await using seat = sitAt(client, terminal);
          seat.type('echo a$((1+1))b; sleep 600\r');
          await seat.sees('a2b');
          seat.type('\u0003');
          seat.type('echo st$((1+1))pped\r');
          await seat.sees('st2pped');
          const exec = await curl(relay, between, [
            ...['--json', JSON.stringify({ project: 'shop', command: 'echo out; echo err >&2; exit 7' })],
            `${between.url}/v1/machines/${machine.machine}/exec?wait=50`,
          ]);
          const { exitCode, stdout, stderr } = JSON.parse(exec);
          assert.deepEqual([exitCode, stdout, stderr], [7, 'out\n', 'err\n']);
          assert.equal(await rungOf(relay, between, terminal), rung);
          const inbox = rung === 'live' ? rung : 'by long-polls';
          await eventually(() => machine.log().includes(`what people type comes ${inbox}`));
        },
      ),
    ),
  );
});

/** A machine that may run all, behind the network. */
async function openMachine(relay: TestApi, { url, proxy }: Between, stack: AsyncDisposableStack): Promise<TestBridge> {
  const { path } = stack.use(await openTemporaryFolder());
  const data = join(path, 'data');
  await writePolicy(data, { kinds: programs });
  stack.defer(() => endKeeper(data));
  const machine = stack.use(await openBridge(relay, { data, through: url, ...(proxy && { proxy }) }));
  await machine.event('synced');
  return machine;
}

async function curl(relay: TestApi, { proxy }: Between, words: readonly string[]): Promise<string> {
  // As to a relay by https, which a proxy only tunnels.
  const way = proxy === undefined ? [] : ['--proxy', proxy.url.href, '--proxytunnel'];
  const args = ['-sN', ...way, '-H', `authorization: Bearer ${relay.ownerKey}`, ...words];
  return await run('curl', args, { timeout: 60_000 }).then(
    ({ stdout }) => stdout,
    // A stream is cut by the time limit.
    (error: { stdout: string }) => error.stdout,
  );
}

/** Live where events come while the stream is open; the app asks by long-polls otherwise. */
async function rungOf(relay: TestApi, between: Between, terminal: string): Promise<'live' | 'polling'> {
  const url = `${between.url}/v1/feeds/c.${terminal}/events?live=sse&offset=-1`;
  const came = await curl(relay, between, ['--max-time', '3', url]);
  return came.includes('"type":"snapshot"') ? 'live' : 'polling';
}

test('the relay is killed behind nginx in the midst of typing: each key is typed once, and all of it is seen', {
  skip: needs('nginx'),
}, async () => {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld());
  const nginx = stack.use(await openNginx(world.url));
  const root = await makeSmallProject(join(world.folder, 'shop'));
  await writePolicy(join(world.folder, 'bridge-laptop'), { kinds: programs });
  const machine = await world.startMachine('laptop', [root], {}, nginx.url);
  const argv = ['sh', '-c', 'stty -echo; cat'];
  const { result } = await machine.send('terminal-open', { project: 'shop', cols: 80, rows: 24, argv });
  const { terminal } = result as { readonly terminal: string };
  const client = stack.use(createClient({ origin: new URL(nginx.url), key: world.key }));
  await typeThroughRestarts(client, terminal, { 10: () => world.restartApi('SIGKILL') });
});
