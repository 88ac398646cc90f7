/** A small world on free ports: a real relay process, real bridge processes, and a person with a key. */
import { join } from 'node:path';
import type { CommandRecord } from '#contract/command.ts';
import type { Document, DocumentWithBody } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import { eventually } from './eventually.ts';
import { type Program, startProgram } from './process.ts';
import { openTemporaryFolder } from './projects.ts';
import { openRelayProcesses, type RelayKind, type RelayProcesses } from './relay-processes.ts';
import { endKeeper } from './sessions.ts';

export interface World extends AsyncDisposable {
  /** A folder for projects and whatever else; removed at the end. */
  readonly folder: string;
  readonly url: string;
  readonly key: string;
  readonly relay: RelayProcesses;
  /** Ends the relay with a signal and starts it again on the same port and data, `before` in between. */
  restartApi(signal?: NodeJS.Signals, before?: () => Promise<void>): Promise<void>;
  signInLink(): Promise<string>;
  /** Registers a machine and starts its bridge (towards `url`, where something stands between); resolves once everything is up. */
  startMachine(
    name: string,
    projects: readonly string[],
    env?: Record<string, string>,
    url?: string,
  ): Promise<MachineInWorld>;
  /** One call as the owner; fails unless the status is below 300 or `expected`. */
  call<Answer>(method: string, path: string, body?: unknown, expected?: number): Promise<Answer>;
}

export interface MachineInWorld {
  readonly id: string;
  readonly name: string;
  /** The machine's key, its data folder. */
  readonly key: string;
  readonly data: string;
  /** The bridge's process now. */
  bridge(): Program;
  /** Starts the bridge again (after `bridge().end()`); resolves once everything is up. */
  startBridge(): Promise<void>;
  documents(): Promise<Document[]>;
  document(path: string): Promise<DocumentWithBody>;
  /** Asks a query; what the machine answers. */
  ask<Result>(kind: string, args: Record<string, unknown>): Promise<Result>;
  /** Sends a command and waits until it has ended. */
  send(
    kind: string,
    args: Record<string, unknown>,
    ifRev?: string,
    more?: Record<string, unknown>,
  ): Promise<CommandRecord>;
}

/** Starts a world, the relay's processes with `env` (its Redis with `redisEnv`) and of the kind that this run asks for where none is given; dispose of it to end its processes and remove its folder. */
export async function openWorld({
  env = {},
  redisEnv = {},
  kind,
  relayFolder,
}: {
  readonly env?: Record<string, string>;
  readonly redisEnv?: Record<string, string>;
  readonly kind?: RelayKind;
  /** Where the relay's data lies, if not in the world's folder. */
  readonly relayFolder?: string;
} = {}): Promise<World> {
  const folder = await openTemporaryFolder();
  const programs: Program[] = [];
  const dataFolders: string[] = [];
  const relay = await openRelayProcesses(relayFolder ?? folder.path, env, kind, redisEnv);
  const world = { url: relay.url, key: relay.key };
  const call = createCaller(world);
  return {
    ...world,
    folder: folder.path,
    call,
    relay,
    restartApi: relay.restart,
    signInLink: async () => (await call<{ url: string }>('POST', '/v1/sign-in-links')).url,
    startMachine: async (name, projects, env = {}, url = world.url) => {
      const registered = await call<{ machine: { id: string; name: string }; key: string }>('POST', '/v1/machines', {
        name,
      });
      const data = join(folder.path, `bridge-${name}`);
      dataFolders.push(data);
      const args = [
        'run',
        '--url',
        url,
        '--key',
        registered.key,
        '--data',
        data,
        '--name',
        name,
        '--json',
        ...projects,
      ];
      return await openMachine({ ...registered.machine, key: registered.key, data }, call, () => {
        const program = startProgram('bridge/main.ts', args, env);
        programs.push(program);
        return program;
      });
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(programs.map((program) => program[Symbol.asyncDispose]()));
      await relay[Symbol.asyncDispose]();
      // Terminals and runs outlive the bridges.
      await Promise.all(dataFolders.map(endKeeper));
      await folder[Symbol.asyncDispose]();
    },
  };
}

type Call = World['call'];

function createCaller({ url, key }: { readonly url: string; readonly key: string }): Call {
  return async <Answer>(method: string, path: string, body?: unknown, expected?: number) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (response.status >= 300 && response.status !== expected)
      throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer as Answer;
  };
}

async function openMachine(
  machine: { readonly id: string; readonly name: string; readonly key: string; readonly data: string },
  call: Call,
  start: () => Program,
): Promise<MachineInWorld> {
  const base = `/v1/machines/${machine.id}`;
  let bridge = start();
  // A network of the test may lose every second call.
  const synced = () => bridge.line((line) => line.event === 'synced', 120_000);
  await synced();
  return {
    ...machine,
    bridge: () => bridge,
    startBridge: async () => {
      bridge = start();
      await synced();
    },
    documents: async () => await everyPage<Document>(call, `${base}/documents?limit=500`),
    document: async (path) => {
      const { projects } = await call<Machine>('GET', base);
      for (const { id } of projects) {
        const found = await call<DocumentWithBody & { code?: string }>(
          'GET',
          `${base}/documents/${id}/${path}`,
          undefined,
          404,
        );
        if (found.code === undefined) return found;
      }
      throw new Error(`no document ${path}`);
    },
    ask: async <Result>(kind: string, args: Record<string, unknown>) =>
      (await call<{ result: Result }>('POST', `${base}/queries`, { kind, args })).result,
    send: async (kind, args, ifRev, more = {}) => {
      const body = { kind, args, ...(ifRev === undefined ? {} : { ifRev }), ...more };
      const { id } = await call<CommandRecord>('POST', `${base}/commands`, body);
      return await eventually(async () => {
        const record = await call<CommandRecord>('GET', `${base}/commands/${id}?wait=5`);
        if (record.state === 'queued' || record.state === 'delivered') throw new Error(`still ${record.state}`);
        return record;
      });
    },
  };
}

async function everyPage<Item>(call: Call, first: string): Promise<Item[]> {
  const items: Item[] = [];
  let path: string | undefined = first;
  while (path !== undefined) {
    const page: { items: Item[]; next?: string } = await call('GET', path);
    items.push(...page.items);
    path = page.next;
  }
  return items;
}
