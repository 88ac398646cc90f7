/** A machine with terminals and runs that a test plays: it tells records and what a program writes, and takes what is typed. */
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { InboxAnswer, InputGiven } from '#contract/channel.ts';
import type { Policy } from '#contract/machine.ts';
import type { TestApi } from './api.ts';
import { type BridgeCalls, openBridgeCalls, testProject } from './bridge-calls.ts';

interface Asked {
  readonly id: string;
  readonly lease: string;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface PlayedMachine extends AsyncDisposable {
  readonly bridge: BridgeCalls;
  /** What was typed into its terminals, in the order in which the relay gave it. */
  readonly inputs: readonly InputGiven[];
  /** Commands that the relay has asked to be stopped. */
  readonly cancelled: ReadonlySet<string>;
  /** Answers a command; what it returns is the result. */
  onCommand: (command: Asked) => Promise<object>;
  /** Answers a query. */
  onQuery: (query: Pick<Asked, 'id' | 'kind' | 'args'>) => Promise<object>;
  /** Tells a terminal that runs, with this screen. */
  terminal(id: string, more?: Told): Promise<void>;
  run(id: string, more?: Told): Promise<void>;
  /** What a program writes, and its end. */
  write(id: string, ...entries: readonly object[]): Promise<void>;
  /** The screen of a terminal in the place of all before it. */
  screen(id: string, text: string): Promise<void>;
}

interface Told {
  readonly title?: string;
  readonly state?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** Registers a machine and holds its requests until it leaves. */
export async function playMachine(api: Pick<TestApi, 'ask'>, name = 'laptop', policy?: Policy): Promise<PlayedMachine> {
  const bridge = await openBridgeCalls(api, name, policy);
  const inputs: InputGiven[] = [];
  const cancelled = new Set<string>();
  const seqs = new Map<string, number>();
  let isThere = true;
  const add = async (id: string, part: object) => {
    const seq = (seqs.get(id) ?? 0) + 1;
    const { code } = await bridge.add({ channel: id, seq, ...part });
    if (code !== undefined) throw new Error(code);
    seqs.set(id, seq);
  };
  const tell = async (kind: string, id: string, { title = id, state = 'running', meta = {} }: Told) =>
    await bridge.tell({ id, kind, project: testProject, title, state, meta: { argv: ['zsh'], ...meta } });
  const machine: PlayedMachine = {
    bridge,
    inputs,
    cancelled,
    onCommand: async () => ({}),
    onQuery: async () => ({}),
    async terminal(id, more = {}) {
      const meta = { cols: 80, rows: 24, by: 'Ada', startedAt: new Date().toISOString(), ...more.meta };
      await tell('terminal', id, { ...more, meta });
      if (!seqs.has(id)) await add(id, { entries: [] });
    },
    async run(id, more = {}) {
      await tell('run', id, { ...more, meta: { startedAt: new Date().toISOString(), by: 'Ada', ...more.meta } });
      if (!seqs.has(id)) await add(id, { entries: [] });
    },
    write: async (id, ...entries) => await add(id, { entries }),
    screen: async (id, text) => {
      const shown = JSON.stringify({ cols: 80, rows: 24, text });
      await add(id, { snapshot: gzipSync(shown).toString('base64') });
    },
    [Symbol.asyncDispose]: async () => {
      isThere = false;
    },
  };
  const run = async (command: Asked) =>
    await bridge.settle(command, 'done', { result: await machine.onCommand(command) });
  const poll = async () => {
    for (let after = 0; isThere; ) {
      const { status, json } = await bridge.poll<Polled>(after).catch(() => nothing);
      for (const command of json.commands ?? []) void run(command);
      for (const id of json.cancel ?? []) cancelled.add(id);
      for (const query of json.queries ?? []) await bridge.answer(query.id, await machine.onQuery(query));
      after = json.after ?? after;
      if (status !== 200) await delay(50);
    }
  };
  const inbox = async () => {
    const after = new Map<string, number>();
    let watch: readonly string[] = [];
    while (isThere) {
      for (const id of seqs.keys()) if (!after.has(id)) after.set(id, 0);
      const { status, json } = await bridge.inbox(Object.fromEntries(after), watch).catch(() => nothing);
      for (const input of json.inputs ?? []) {
        inputs.push(input);
        after.set(input.channel, input.position);
      }
      watch = json.watch ?? watch;
      if (status !== 200) await delay(50);
    }
  };
  void poll();
  void inbox();
  return machine;
}

interface Polled {
  readonly commands?: readonly Asked[];
  readonly cancel?: readonly string[];
  readonly queries?: readonly Pick<Asked, 'id' | 'kind' | 'args'>[];
  readonly after?: number;
}

const nothing: { readonly status: number; readonly json: Polled & Partial<InboxAnswer> } = { status: 0, json: {} };
