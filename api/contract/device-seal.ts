/**
 * A device's side of a sealed channel, for app and command line: it opens what comes, each once and in its order; it seals what is typed; and it
 * attaches anew where the machine has other keys, or takes nothing more by this attach.
 */
import { type Attached, giveUp, mayMatter, newlyAttached, remember } from './attached.ts';
import type { Input } from './channel.ts';
import { type KeysHeld, openWith, sealWith } from './keys-held.ts';
import { limits } from './limits.ts';
import { refusedIn, sayNotTyped } from './not-typed.ts';
import type { Sealed, SealedInput } from './sealed.ts';
import type { Direction, InputSealed } from './sealing.ts';
import { createTypedAgain, type TypedAgain } from './typed-again.ts';
import { AgainFirst, type TypedInput } from './typed-inputs.ts';

export interface DeviceSealDeps {
  /** Id of the record. */
  readonly channel: string;
  /** Begins an attach. */
  readonly attach: () => Promise<KeysHeld>;
  /** Whether an attach that has failed may succeed soon. */
  readonly mayPass: (error: unknown) => boolean;
  /** Resolves after `ms`, or when `signal` aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Hears why something of this device was not typed. */
  readonly notTyped: (why: string) => void;
}

export interface DeviceSeal {
  /** What one reader is told, until `signal` aborts. */
  reader(signal: AbortSignal): SealedReader;
  /** An answer about a run. */
  piece(sealed: Sealed): Promise<unknown>;
  /**
   * Seals what was typed at `at`, in order; attaches anew first where the machine takes no more by this attach. Throws AgainFirst where `again` has
   * something that comes first, and BehindLost where something before it was lost.
   */
  seal(inputs: readonly Input[], at?: number): Promise<SealedInput[]>;
  /** Takes what was sealed by an attach of an earlier life of the bridge and never typed, in order, with its `at`. */
  again(): readonly TypedInput[];
  /** Calls `run` whenever there is some. */
  whenAgain(run: () => void): void;
  /** Something that was sealed did not arrive: the machine takes no later one by this attach. */
  broken(): void;
}

/** Undefined stands for what the machine has not sealed for this place, or what was heard before. Throws why the machine gives this device no more keys. */
export interface SealedReader {
  /** It is told from the start. */
  begin(): void;
  entry(told: unknown): Promise<unknown>;
  /** Gzip. */
  screen(told: unknown): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

interface State {
  readonly deps: DeviceSealDeps;
  /** The one that seals. */
  attached: Attached;
  /** What has opened what goes out, by name, the oldest first: also keys that the machine has no more. */
  readonly keys: Map<string, CryptoKey>;
  /** Names of keys that were asked for, and that the machine has not given. */
  readonly missing: Set<string>;
  /** Ids of all attaches. */
  readonly own: Set<unknown>;
  /** The attach that is under way. */
  attaching: Promise<void> | undefined;
  readonly again: TypedAgain;
  /** A key that is not known is no reason to attach before then, in ms. */
  anewAt: number;
}

/** Begins with the keys of an attach. */
export function openDeviceSeal(deps: DeviceSealDeps, keys: KeysHeld): DeviceSeal {
  const state: State = {
    ...{ deps, attached: newlyAttached(keys), keys: new Map(keys.out), missing: new Set() },
    ...{ own: new Set([keys.attach]), attaching: undefined, anewAt: 0 },
    again: createTypedAgain({
      notTyped: deps.notTyped,
      use: (fresh) => {
        state.attached = fresh;
      },
    }),
  };
  return {
    reader: (signal) => createReader(state, signal),
    piece: async (sealed) => {
      if (!state.keys.has(sealed.k)) await attachAnew(state);
      return parsed(await open(state, 'piece', sealed));
    },
    seal: (inputs, at = performance.now()) => sealAll(state, inputs, at),
    again: state.again.take,
    whenAgain: state.again.whenSome,
    broken: () => {
      state.again.giveUp();
      giveUp(state.attached);
    },
  };
}

function createReader(state: State, signal: AbortSignal): SealedReader {
  let heard: Sealed | undefined;
  const next = async (direction: Direction, told: unknown) => {
    const sealed = sealedIn(told);
    if (sealed === undefined) return undefined;
    await askFor(state, sealed.k, signal);
    const bytes = await open(state, direction, sealed);
    // What was heard before is a repetition of somebody who is not the machine.
    if (bytes === undefined || !isLater(state, sealed, heard)) return undefined;
    heard = sealed;
    return bytes;
  };
  return {
    begin: () => {
      heard = undefined;
    },
    entry: async (told) => {
      const entry = parsed(await next('out', told));
      hearRefusal(state, entry);
      state.again.hear(entry);
      return entry;
    },
    screen: (told) => next('screen', told),
  };
}

/** The counters of each key begin anew. */
function isLater({ keys }: State, { k, n }: Sealed, heard: Sealed | undefined): boolean {
  if (heard === undefined) return true;
  if (k === heard.k) return n > heard.n;
  const order = [...keys.keys()];
  return order.indexOf(k) > order.indexOf(heard.k);
}

/** A machine takes another key when it starts, and when it has unpinned a device. It is asked for once, and not each time that somebody makes up the name of one. */
async function askFor(state: State, name: string, signal: AbortSignal): Promise<void> {
  const { keys, missing, deps } = state;
  while (!keys.has(name) && !missing.has(name) && !signal.aborted) {
    const waitMs = state.anewAt - performance.now();
    if (state.attaching !== undefined) await state.attaching.catch(() => undefined);
    else if (waitMs > 0) await deps.pause(waitMs, signal);
    else
      try {
        state.anewAt = performance.now() + limits.attachAnewMs;
        await attachAnew(state);
        // A machine that has begun another key, and has given it, may do so again at once.
        if (keys.has(name)) state.anewAt = 0;
        else miss(state, name);
      } catch (error) {
        if (deps.mayPass(error)) continue;
        miss(state, name);
        throw error;
      }
  }
}

function miss({ missing }: State, name: string): void {
  missing.add(name);
  for (const oldest of [...missing].slice(0, -limits.keysPerChannelMax)) missing.delete(oldest);
}

function attachAnew(state: State): Promise<void> {
  const begin = async () => {
    const keys = await state.deps.attach();
    for (const [name, key] of keys.out) state.keys.set(name, key);
    for (const oldest of [...state.keys.keys()].slice(0, -2 * limits.keysPerChannelMax)) state.keys.delete(oldest);
    state.own.add(keys.attach);
    const fresh = newlyAttached(keys);
    // The one that is in use may go on: if another took over at once, what a relay has held back of this one could be typed behind it.
    if (mayMatter(state.attached)) state.again.replaced(state.attached, fresh);
    else state.attached = fresh;
  };
  state.attaching ??= begin().finally(() => {
    state.attaching = undefined;
  });
  return state.attaching;
}

/** What the machine says of an input that it has not typed, where it was one of this device. */
function hearRefusal(state: State, entry: unknown): void {
  const { attached, own, deps, again } = state;
  const found = refusedIn(entry);
  // It is said to everybody, by all who read the channel.
  if (found?.why === 'policy') attached.gone = attached.sent;
  if (found === undefined || !own.has(found.attach) || again.takesOver(found.attach, found.why)) return;
  const isInUse = found.attach === attached.keys.attach;
  if (isInUse && found.why === 'unknown') return void replace(state, attached, found.why);
  if (isInUse) giveUp(attached);
  deps.notTyped(sayNotTyped(found.why));
}

/** The machine does not know an attach any more: after another one it says what was typed by it. */
async function replace(state: State, attached: Attached, why: string): Promise<void> {
  attached.isBroken = true;
  await attachAnew(state).catch(() => undefined);
  if (state.again.takesOver(attached.keys.attach, why)) return;
  giveUp(attached);
  state.deps.notTyped(sayNotTyped(why));
}

async function sealAll(state: State, inputs: readonly Input[], at: number): Promise<SealedInput[]> {
  await state.attaching?.catch(() => undefined);
  await state.again.settled();
  if (state.attached.isBroken) {
    await attachAnew(state);
    await state.again.settled();
  }
  if (state.again.hasSome) throw new AgainFirst();
  const { attached, deps } = state;
  const { keys } = attached;
  remember(attached, inputs, at);
  return await Promise.all(
    inputs.map(async (input) => {
      attached.sent += 1;
      const n = attached.sent;
      const content: InputSealed = { input, at: Date.now() };
      const place = { channel: deps.channel, direction: 'in', counter: n } as const;
      return { a: keys.attach, n, c: await sealWith(keys, place, JSON.stringify(content)) };
    }),
  );
}

async function open({ keys, deps: { channel } }: State, direction: Direction, { k, n, c }: Sealed) {
  const key = keys.get(k);
  return key && (await openWith(key, { channel, direction, counter: n }, c));
}

/** Without a schema, since the app loads it. */
function sealedIn(told: unknown): Sealed | undefined {
  const { k, n, c } = Object(told) as { readonly k?: unknown; readonly n?: unknown; readonly c?: unknown };
  if (typeof k !== 'string' || typeof n !== 'number' || typeof c !== 'string') return undefined;
  return Number.isSafeInteger(n) ? { k, n, c } : undefined;
}

function parsed(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
