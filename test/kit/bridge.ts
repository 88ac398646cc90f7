/** A real bridge in this process, on a small project of its own, against a relay of the test. */
import { join } from 'node:path';
import { type Bridge, startBridge } from '../../bridge/bridge.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { createLog } from '../../bridge/log.ts';
import type { ProxyServer } from '../../bridge/net/proxy.ts';
import type { WayFinder } from '../../bridge/net/ways.ts';
import type { BridgeEvent } from '../../bridge/report.ts';
import type { TestApi } from './api.ts';
import { eventually } from './eventually.ts';
import { makeSmallProject, openTemporaryFolder } from './projects.ts';

export interface TestBridge extends AsyncDisposable {
  readonly bridge: Bridge;
  readonly machine: string;
  /** The project's folder. */
  readonly root: string;
  readonly events: readonly BridgeEvent[];
  /** The log so far. */
  readonly log: () => string;
  /** The first event of a name, past or to come. */
  event<Name extends BridgeEvent['event']>(
    name: Name,
    timeoutMs?: number,
  ): Promise<Extract<BridgeEvent, { event: Name }>>;
  /** Documents that the relay lists, by path. */
  documents(): Promise<Map<string, { readonly rev: string; readonly title?: string; readonly body: string }>>;
}

export interface TestBridgeOptions {
  /** Where the relay is for the bridge, if something stands between. */
  readonly through?: string;
  readonly proxy?: ProxyServer | WayFinder;
  readonly make?: (root: string) => Promise<unknown>;
  /** Its data folder, where that is to lie elsewhere. */
  readonly data?: string;
  /** A machine that is registered and has a project. */
  readonly known?: { readonly id: string; readonly key: string; readonly root: string };
}

/** Registers a machine, unless it is known, and starts its bridge; nothing is awaited of the relay. */
export async function openBridge(relay: TestApi, options: TestBridgeOptions = {}): Promise<TestBridge> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openTemporaryFolder());
  const root = options.known?.root ?? join(folder.path, 'shop');
  if (options.known === undefined) await (options.make ?? makeSmallProject)(root);
  const { id: machine, key } = options.known ?? (await relay.api.createMachine('laptop'));
  const events: BridgeEvent[] = [];
  let log = '';
  const bridge = opened.use(
    await startBridge({
      origin: new URL(options.through ?? relay.url),
      key,
      proxy: options.proxy,
      name: 'laptop',
      data: await openDataFolder(options.data ?? join(folder.path, 'bridge')),
      roots: [root],
      log: createLog('debug', (line) => {
        log += line;
      }),
      onEvent: (event) => events.push(event),
    }),
  );
  const held = opened.move();
  return {
    bridge,
    machine,
    root,
    events,
    log: () => log,
    event: async (name, timeoutMs = 20_000) =>
      await eventually(
        () => {
          const found = events.find((event) => event.event === name);
          if (found === undefined) throw new Error(`no ${name}; the log: ${log.slice(-1500)}`);
          return found as never;
        },
        { timeoutMs },
      ),
    documents: async () => {
      const path = `/v1/machines/${machine}/documents?limit=500`;
      const { json } = await relay.ask<{ items: { path: string; rev: string; title?: string; body: string }[] }>(
        'GET',
        path,
      );
      return new Map(json.items.map((document) => [document.path, document]));
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
