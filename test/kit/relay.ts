/** The relay's core over a store in memory, with a clock that the test moves, and a bridge that speaks as the contract says. */
import { createHash } from 'node:crypto';
import type { PollRequest, ResultItem } from '#contract/bridge.ts';
import type { CommandRequest } from '#contract/command.ts';
import type { Op } from '#contract/delta.ts';
import type { Meta } from '#contract/document.ts';
import { feedOfMachine } from '#contract/feed-name.ts';
import { createRelay } from '../../api/relay/create-relay.ts';
import type { Relay, Sending, Subscription } from '../../api/relay/relay.ts';
import { openStore } from '../../api/store/open.ts';
import type { Store } from '../../api/store/store.ts';
import { type Told, toldIn } from './event-stream.ts';

export const organisation = 'org-of-tests';
export const reader = {
  ...{ organisation, person: 'person-one', name: 'Ada', scope: 'read' as const },
  ...{ via: 'key' as const, device: 'key-of-ada' },
};
export const ada = { person: 'person-one', name: 'Ada', via: 'key' as const };
export const project = 'project-one';
export const emptyDigest = '0'.repeat(64);
/** What no documents come to: a bridge that tells it is never level, nor astray. */
export const unknownDigest = 'f'.repeat(64);
export const never = new AbortController().signal;

/** The relay under test; `pass` moves its clock and sweeps what is then due. */
export interface RelayWorld extends AsyncDisposable {
  readonly relay: Relay;
  readonly store: Store;
  pass(ms: number): Promise<void>;
}

/** A relay on a clock that stands still but for `pass`. What fails in the background fails the test. */
export async function openRelay(url = 'sqlite::memory:'): Promise<RelayWorld> {
  let now = Date.UTC(2026, 10, 20);
  const store = await openStore(url, { now: () => now });
  const relay = createRelay({
    store,
    log: (message, cause) => {
      throw new Error(message, { cause });
    },
  });
  return {
    relay,
    store,
    pass: async (ms) => {
      now += ms;
      while ((await relay.sweep()) > 0);
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** A put of a text file. */
export function put(path: string, text: string, meta: Meta = {}, describe = 1): Op {
  const document = {
    project,
    path,
    kind: 'spec' as const,
    title: `Title of ${path}`,
    rev: sha256(text),
    size: Buffer.byteLength(text),
    mtime: 1,
    meta,
  };
  return { op: 'put', document, describe, text };
}

/** The same put, whose bytes follow. */
export function pending(path: string, text: string): Op {
  const { text: _, ...op } = put(path, text) as Extract<Op, { op: 'put' }>;
  return { ...op, body: 'pending' };
}

/** A bridge of the machine. Ops are sent one batch a call, with the seq that is next. */
export interface TestBridge {
  readonly machine: string;
  readonly epoch: number;
  readonly resync: boolean;
  readonly handle: string;
  seq: number;
  send(ops: readonly Op[], manifestDigest?: string): Promise<unknown>;
  poll(request?: Partial<PollRequest>): ReturnType<Relay['bridge']['poll']>;
  settle(id: string, lease: string, rest?: Partial<ResultItem>): Promise<string | undefined>;
}

export const announced = {
  name: 'laptop',
  os: 'Linux',
  version: '0.1.0',
  projects: [{ id: project, name: 'One', formats: ['lean-spec' as const] }],
  kinds: ['spec-document-write'],
  policy: { risks: { read: 'allow', write: 'allow', execute: 'refuse', destroy: 'refuse' } } as const,
  attempt: 0,
  acknowledged: null,
  manifestDigest: emptyDigest,
};

/** Connects a bridge; the machine must be registered. */
export async function connectBridge(
  relay: Relay,
  machine: string,
  request: Partial<Parameters<Relay['bridge']['connect']>[1]> = {},
): Promise<TestBridge> {
  const { epoch, resync, handle } = await relay.bridge.connect(machine, { ...announced, ...request });
  const bridge: TestBridge = {
    machine,
    epoch,
    resync,
    handle,
    seq: 0,
    send: async (ops, manifestDigest = unknownDigest) => {
      const line = Buffer.from(JSON.stringify(ops));
      const envelope = { epoch, seq: bridge.seq + 1, digest: sha256(line), manifestDigest };
      const answer = await relay.bridge.ingest(machine, envelope, line);
      bridge.seq++;
      return answer;
    },
    poll: (asked = {}) => relay.bridge.poll(machine, { epoch, after: 0, holding: [], waitSeconds: 0, ...asked }, never),
    settle: async (id, lease, rest = {}) => {
      const item: ResultItem = { id, lease, state: 'done', result: { ok: true }, ...rest };
      return (await relay.bridge.results(machine, { epoch, items: [item] })).items[0]?.outcome;
    },
  };
  return bridge;
}

/** A relay, a machine, its bridge, and a reader who has read all so far. */
export async function openConnected(url?: string) {
  const world = await openRelay(url);
  const { id: machine } = await world.relay.machines.create(organisation, 'laptop', ada);
  // Behind from the start, so that tests which do not compute digests are not told to compare.
  const bridge = await connectBridge(world.relay, machine, { manifestDigest: unknownDigest });
  const feed = feedOfMachine(machine);
  const subscription = await followed(world.relay, { o: 'now', [feed]: 'now' });
  return { ...world, machine, feed, bridge, subscription, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Sends a command as a person does. */
export function sendCommand(
  relay: Relay,
  machine: string,
  request: Partial<CommandRequest> = {},
  sending: Partial<Sending> = {},
) {
  const whole = { kind: 'spec-document-write', args: {}, ...request };
  return relay.commands.send(reader, machine, whole, { by: ada, keep: false, ...sending });
}

/** Somebody of many. */
export function someone(number: number) {
  return { ...ada, person: `person-${number}`, name: `Person ${number}` };
}

/** A reader of feeds from their offsets. */
export function followed(relay: Relay, feeds: Readonly<Record<string, string>>): Promise<Subscription> {
  return relay.feeds.open(reader, new Map(Object.entries(feeds)));
}

/** What happened up to now. */
export async function eventsOf(subscription: Subscription): Promise<readonly Told[]> {
  const events: Told[] = [];
  for (;;) {
    const { blocks } = await subscription.read(0, never);
    if (blocks.length === 0) return events;
    events.push(...blocks.flatMap(({ feed, json }) => toldIn(feed, JSON.parse(json))));
  }
}
