/** What one channel has to say, part by part: at once while the line is free, gathered while a part is under way. Knows where the relay's copy stands, and goes on from there. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChannelPart, ChannelStands } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { Chunk } from '../keeper/keeper.ts';
import { type Budget, createBudget } from './budget.ts';
import type { ChannelSeal } from './channel-seal.ts';

/** A part without the name of its channel. */
export type Part = Omit<ChannelPart, 'channel'>;

/** The screen of a terminal as a snapshot, and the position of the output that it has. */
export interface Shot {
  readonly position: number;
  /** Gzip, as base64. */
  readonly snapshot: string;
}

export interface OutflowDeps {
  /** The relay has all of it already. */
  readonly isClosed?: boolean;
  /** Of a terminal; absent for a run, which has its output and no screen. */
  readonly shoot?: () => Promise<Shot>;
  /** Rings when a part may be ready; after `ms`, default at once. */
  readonly ring: (ms?: number) => void;
  readonly now: () => number;
  /** The relay does not know the record: it is to be told again. */
  readonly onUnknown?: () => void;
  /** Of a sealed channel. */
  readonly seal?: Pick<ChannelSeal, 'ready' | 'entry' | 'snapshot'> | undefined;
}

/** `r`: another size, in its place among the output. The others are about inputs that were not typed, and no screen shows them. */
export type Said =
  | { readonly r: readonly [cols: number, rows: number] }
  | { readonly refused: object }
  | { readonly late: number };

export interface Outflow {
  /** Output of the program; resolves when more may come. */
  chunk(chunk: Chunk): Promise<void> | undefined;
  /** Something beside the output. */
  say(said: Said): void;
  /** The last entry; the channel is closed behind it. */
  end(entry: object): void;
  /** Somebody reads it now, or nobody does. */
  watch(isWatched: boolean): void;
  /** A new epoch: it is not known where the relay's copy stands. */
  connected(): void;
  /** What is to go now; the same again until `stands` was called. */
  part(): Promise<Part | undefined>;
  stands(stands: ChannelStands): void;
  /** Resolves once the relay has begun the channel. */
  readonly begun: Promise<void>;
  /** Whether the relay has all of it. */
  readonly isClosed: boolean;
  readonly isWatched: boolean;
}

/** Something that waits: an entry, the position of the output after it, and its bytes. */
interface Waiting {
  readonly entry: object;
  readonly isOutput: boolean;
  readonly upTo: number;
  readonly bytes: number;
  /** Bytes of the entry as JSON. */
  readonly size: number;
}

interface State {
  readonly deps: OutflowDeps;
  /** Of a terminal. */
  readonly budget: Budget;
  /** Of the last part that the relay has; undefined where that is not known. */
  seq: number | undefined;
  /** The last one that was heard of. */
  heardSeq: number;
  sent: Part | undefined;
  waiting: Waiting[];
  /** About inputs that were not typed: it goes in a part of its own, because a screen may stand in the place of any other. */
  owed: Said[];
  bytes: number;
  /** Where the output is. */
  position: number;
  /** Where the output is that a part has carried. */
  carried: number;
  /** Bytes of output that no part carries. */
  skipped: number;
  /** The entries do not say all that happened: the next part carries the screen. */
  isStale: boolean;
  /** A snapshot is wanted beside the entries. */
  isLong: boolean;
  isWatched: boolean;
  isBegun: boolean;
  readonly begun: PromiseWithResolvers<void>;
  isClosed: boolean;
  last: object | undefined;
  /** When the screen was taken last, in ms. */
  shotAt: number;
  /** Where the output was that the part before the last one carried. */
  carriedBefore: number;
  /** How often in a row the relay did not know the record. */
  unknowns: number;
  /** Bytes of output that only a screen will show, since the last pause. */
  passedBy: number;
  /** A part with a snapshot was refused: the next one goes without. */
  isBare: boolean;
  /** Not before then, in ms. */
  notBefore: number;
}

/** The outflow of a channel of which the relay may have something already. */
export function createOutflow(deps: OutflowDeps): Outflow {
  const isTerminal = deps.shoot !== undefined;
  const state: State = {
    ...{
      deps,
      budget: createBudget(deps.now),
      seq: undefined,
      heardSeq: 0,
      sent: undefined,
      waiting: [],
      owed: [],
      bytes: 0,
      position: 0,
      carried: 0,
    },
    ...{
      skipped: 0,
      isStale: isTerminal,
      isLong: false,
      isWatched: false,
      isBegun: false,
      begun: Promise.withResolvers<void>(),
      isClosed: deps.isClosed ?? false,
    },
    ...{ last: undefined, shotAt: 0, carriedBefore: 0, unknowns: 0, passedBy: 0, isBare: false, notBefore: 0 },
  };
  return {
    chunk: (chunk) => {
      state.position = chunk.position;
      if (isTerminal) return takeScreened(state, chunk);
      takeWhole(state, chunk);
      return undefined;
    },
    say: (said) => {
      say(state, said);
      deps.ring();
    },
    end: (entry) => {
      state.last = entry;
      deps.ring();
    },
    watch: (isWatched) => {
      if (isWatched && !state.isWatched) deps.ring();
      state.isWatched = isWatched;
    },
    connected: () => {
      state.seq = undefined;
      state.notBefore = 0;
    },
    part: () => makePart(state),
    stands: (stands) => hear(state, stands),
    begun: state.begun.promise,
    get isClosed() {
      return state.isClosed;
    },
    get isWatched() {
      return state.isWatched;
    },
  };
}

function add(state: State, entry: object, bytes: number, upTo?: number): void {
  const place = { isOutput: upTo !== undefined, upTo: upTo ?? state.position };
  state.waiting.push({ entry, ...place, bytes, size: sizeOf(entry) });
  state.bytes += bytes;
}

/** Said once, however often it happens until the line is free: who floods a channel must not hold up what others do. */
function say(state: State, said: Said): void {
  const { waiting, owed } = state;
  if ('r' in said) {
    if ('r' in (waiting.at(-1)?.entry ?? {})) waiting.pop();
    add(state, said, 0);
    return;
  }
  const before = owed.findIndex((one) => ('late' in said ? 'late' in one : isSame(one, said)));
  const known = owed[before];
  if (known === undefined) {
    // Whoever types on is refused again, and hears of it then.
    if (owed.length < ENTRIES_MAX) owed.push(said);
  } else if ('late' in said && 'late' in known) owed[before] = { late: known.late + said.late };
}

function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** In pieces that fit an entry, none of which ends within a character. */
function addOutput(state: State, { stream, text, bytes, position }: Chunk): void {
  const name = stream === 'out' ? 'o' : 'e';
  const isExact = Buffer.byteLength(text) === bytes.length;
  let left = bytes.length;
  for (let at = 0; at < text.length; ) {
    const end = at + ENTRY_UNITS_MAX;
    const isSplit = end < text.length && (text.codePointAt(end - 1) ?? 0) > 0xffff;
    const piece = text.slice(at, isSplit ? end - 1 : end);
    at += piece.length;
    // Of what is no UTF-8 nobody can say where a piece ends: the last one has all the bytes.
    const own = at === text.length ? left : isExact ? Buffer.byteLength(piece) : 0;
    left -= own;
    add(state, { [name]: piece }, own, position - left);
  }
}

/** UTF-16 units; a unit takes up to six bytes of JSON, and sealed a third more. */
const ENTRY_UNITS_MAX = Math.floor(limits.channelEntryBytesMax / 9);

/** Of a terminal nobody needs more than its screen: what nobody watches, and what is too much for the line, is skipped. */
function takeScreened(state: State, given: Chunk): Promise<void> | undefined {
  const { deps } = state;
  const unseen = unseenOf(given, state.carried);
  if (unseen === undefined) return undefined;
  const { bytes, skipped, ...chunk } = unseen;
  state.skipped += skipped;
  if (skipped > 0) state.isStale = true;
  const more = state.bytes + bytes.length;
  const isTooMuch = more > limits.outputPendingBytesMax || !state.budget.has(more);
  if (!state.isStale && state.isWatched && !isTooMuch) {
    addOutput(state, { bytes, skipped, ...chunk });
    deps.ring();
    return undefined;
  }
  state.skipped += bytes.length;
  state.isStale = true;
  const isWanted = state.isWatched || !state.isBegun;
  deps.ring(isWanted ? state.budget.waitMs() : Math.max(0, agedAt(state.shotAt) - deps.now()));
  state.passedBy += bytes.length;
  if (state.passedBy < PASSED_BY_BYTES) return undefined;
  state.passedBy = 0;
  return delay(PASSED_BY_MS, undefined, { ref: false });
}

/** Of what only a screen shows, so many bytes are taken in so many ms: moving the rest would only slow the program down. */
const PASSED_BY_BYTES = 64 * 1024;
const PASSED_BY_MS = 25;

/** What the screen that was sent last does not have of a chunk: while much comes, the screen is ahead. */
function unseenOf(chunk: Chunk, carried: number): Chunk | undefined {
  const { bytes, position } = chunk;
  const seen = carried - (position - bytes.length);
  if (seen >= bytes.length && position <= carried) return undefined;
  if (seen <= 0) return chunk;
  const rest = bytes.subarray(seen);
  return { ...chunk, bytes: rest, text: Buffer.from(rest).toString(), skipped: 0 };
}

/** Of a run the newest output stays, as at the relay; its files have all of it. */
function takeWhole(state: State, chunk: Chunk): void {
  const { waiting, deps } = state;
  state.skipped += chunk.skipped;
  addOutput(state, chunk);
  while (state.bytes > limits.runPendingBytesMax) {
    const oldest = waiting.shift();
    state.bytes -= oldest?.bytes ?? state.bytes;
    state.skipped += oldest?.bytes ?? 0;
  }
  deps.ring(state.isWatched ? 0 : limits.runGatherMs);
}

async function makePart(state: State): Promise<Part | undefined> {
  const { deps, sent } = state;
  if (state.isClosed) return undefined;
  if (deps.now() < state.notBefore) {
    // A timer may be a little early.
    deps.ring(state.notBefore - deps.now());
    return undefined;
  }
  const { seq } = state;
  if (seq === undefined) return { seq: 0, entries: [] };
  if (sent !== undefined) return sent;
  const due = state.owed.length > 0 ? 'owed' : whatIsDue(state);
  if (due === undefined) return undefined;
  if (deps.seal !== undefined && !(await hasCounters(deps.seal))) {
    deps.ring(REFUSED_RETRY_MS);
    return undefined;
  }
  const part = due === 'owed' ? owedPart(state, seq + 1) : await shownPart(state, seq + 1, due === 'screen');
  if (part === undefined) return undefined;
  state.sent = await sealedPart(deps, part);
  if (deps.shoot !== undefined) state.budget.spend((due === 'screen' ? SCREEN_MORE_BYTES : 0) + sizeOf(state.sent));
  return state.sent;
}

/** Undefined while nothing is due; it rings when something is. */
function whatIsDue(state: State): 'screen' | 'entries' | undefined {
  const { deps, last } = state;
  const isAged = deps.now() >= agedAt(state.shotAt);
  const isLarge = deps.shoot !== undefined && isTooMuch(state.waiting, partBytesMax(state));
  const isStale = isLarge || (state.isStale && (state.isWatched || !state.isBegun || isAged || last !== undefined));
  if (!isStale && state.waiting.length === 0 && last === undefined) {
    if (state.isStale) deps.ring(agedAt(state.shotAt) - deps.now());
    return undefined;
  }
  const waitMs = isStale && last === undefined ? state.budget.waitMs() : 0;
  if (waitMs > 0) {
    deps.ring(waitMs);
    return undefined;
  }
  return isStale ? 'screen' : 'entries';
}

function owedPart(state: State, seq: number): Part {
  state.carriedBefore = state.carried;
  return { seq, entries: state.owed.splice(0), mark: String(state.carried) };
}

/** With the screen where it is due, or wanted beside the entries. Undefined where that is behind what was sent already. */
async function shownPart(state: State, seq: number, isStale: boolean): Promise<Part | undefined> {
  const isShown = (isStale || state.isLong || state.last !== undefined) && !state.isBare;
  const shot = isShown ? await shoot(state, isStale) : undefined;
  if (shot !== undefined && shot.position < state.carried) {
    state.isStale ||= isStale;
    state.deps.ring(10);
    return undefined;
  }
  return build(state, seq, shot, isStale);
}

/** Sealed once: a part that is sent again is the same. The screen has the highest counter, because it stands for the entries too. */
async function sealedPart({ seal }: OutflowDeps, part: Part): Promise<Part> {
  if (seal === undefined) return part;
  const entries = part.entries.map((entry) => seal.entry(entry as object));
  const { snapshot } = part;
  return { ...part, entries, ...(snapshot === undefined ? {} : { snapshot: await seal.snapshot(snapshot) }) };
}

/** Without them nothing leaves: a disk that is full, say. */
function hasCounters(seal: Pick<ChannelSeal, 'ready'>): Promise<boolean> {
  return seal.ready().then(
    () => true,
    () => false,
  );
}

/** When a screen that nobody watches is old. All of a machine are at the same moment, so that one request tells them. */
function agedAt(shotAt: number): number {
  return (Math.floor(shotAt / limits.unwatchedMs) + 1) * limits.unwatchedMs;
}

/** The screen; undefined where it can be had no more. What comes meanwhile waits, since the screen may not have it. */
async function shoot(state: State, isStale: boolean): Promise<Shot | undefined> {
  if (isStale) state.isStale = false;
  state.shotAt = state.deps.now();
  return await state.deps.shoot?.().catch(() => undefined);
}

function build(state: State, seq: number, shot: Shot | undefined, isDue: boolean): Part {
  // What is behind the screen goes with the next part.
  const upTo = shot?.position ?? Number.POSITIVE_INFINITY;
  const ready: Waiting[] = [];
  const later: Waiting[] = [];
  let room = partBytesMax(state);
  for (const one of state.waiting) {
    const hasRoom = shot !== undefined || (room > 0 && ready.length < ENTRIES_MAX);
    if (later.length === 0 && one.upTo <= upTo && hasRoom) {
      room -= one.size;
      ready.push(one);
    } else later.push(withoutSeen(one, upTo));
  }
  state.waiting = later;
  state.bytes = state.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  // More may have come while the screen was taken: it stands for them.
  const isStale = isDue || ready.length > ENTRIES_MAX;
  const skipped = state.skipped + (isStale ? ready.reduce((sum, { bytes }) => sum + bytes, 0) : 0);
  const said = isStale ? ready.filter(({ isOutput }) => !isOutput).slice(-1) : ready;
  const hole = skipped > 0 || isStale ? [{ skip: skipped }] : [];
  const isLast = state.last !== undefined && state.waiting.length === 0;
  const entries = [...hole, ...joined(said.map(({ entry }) => entry)), ...(isLast ? [state.last] : [])];
  state.carriedBefore = state.carried;
  state.carried = shot?.position ?? ready.at(-1)?.upTo ?? state.carried;
  Object.assign(state, { skipped: 0, isLong: false, isBare: false });
  return {
    ...{ seq, entries, mark: String(state.carried) },
    ...(shot === undefined ? {} : { snapshot: shot.snapshot }),
    ...(shot !== undefined && isStale ? { replaces: true as const } : {}),
    ...(isLast ? { close: true as const } : {}),
  };
}

/** A screen costs that much beside its bytes: nobody sees fifty a second. */
const SCREEN_MORE_BYTES = 1024;
/** Bytes of the entries of one part as JSON: with a snapshot beside them they go through gateways that take a MiB. */
const PART_BYTES_MAX = 384 * 1024;
/** Entries of one part before neighbours are joined: with a hole and the end beside them the relay takes them. */
const ENTRIES_MAX = limits.channelEntriesMax / 2;

/** Sealed they are a third longer. */
function partBytesMax({ deps }: State): number {
  return deps.seal === undefined ? PART_BYTES_MAX : 0.7 * PART_BYTES_MAX;
}

function sizeOf(entry: object): number {
  return Buffer.byteLength(JSON.stringify(entry));
}

function isTooMuch(waiting: readonly Waiting[], bytesMax: number): boolean {
  if (waiting.length > ENTRIES_MAX) return true;
  return waiting.reduce((sum, one) => sum + one.size, 0) > bytesMax;
}

/** The rest of a piece of output whose beginning the relay has. */
function withoutSeen(one: Waiting, upTo: number): Waiting {
  const seen = upTo - (one.upTo - one.bytes);
  const [[name, text] = ['', '']] = Object.entries(one.entry as Readonly<Record<string, string>>);
  if (!one.isOutput || seen <= 0 || seen >= one.bytes || Buffer.byteLength(text) !== one.bytes) return one;
  const entry = { [name]: Buffer.from(text).subarray(seen).toString() };
  return { ...one, entry, bytes: one.bytes - seen, size: sizeOf(entry) };
}

/** Neighbouring pieces of one stream as one entry, as long as it is no large one. */
function joined(entries: readonly object[]): readonly object[] {
  const all: Record<string, string>[] = [];
  for (const entry of entries as readonly Record<string, string>[]) {
    const before = all.at(-1);
    const [name = ''] = Object.keys(entry);
    const isText = name === 'o' || name === 'e';
    const fits = (before?.[name]?.length ?? 0) + (entry[name]?.length ?? 0) < ENTRY_UNITS_MAX;
    if (isText && before?.[name] !== undefined && fits) before[name] += entry[name];
    else all.push({ ...entry });
  }
  return all;
}

/** A channel whose record the relay does not have yet is tried again after this time. */
const UNKNOWN_RETRY_MS = 50;
const REFUSED_RETRY_MS = 1000;

function hear(state: State, stands: ChannelStands): void {
  if (stands.code === 'channel-unknown') notKnown(state);
  else if (stands.code === 'channel-closed') Object.assign(state, { sent: undefined, isClosed: true });
  else if (stands.code === 'body-invalid') refused(state);
  else goOn(state, stands);
}

function goOn(state: State, { code, seq = 0, mark, compact, watched }: ChannelStands): void {
  const { deps, sent } = state;
  state.unknowns = 0;
  if (watched !== undefined) state.isWatched = watched;
  state.isLong = compact === true && deps.shoot !== undefined;
  if (sent !== undefined && seq === sent.seq && code === undefined) taken(state, sent);
  else if (sent === undefined || seq !== sent.seq - 1) goOnFrom(state, seq, mark);
  state.seq = seq;
  state.heardSeq = seq;
  deps.ring();
}

/** The record is on its way, or the relay has dropped it: then it is told again, and waited for ever longer. */
function notKnown(state: State): void {
  const { deps } = state;
  state.unknowns += 1;
  const waitMs = Math.min(limits.unwatchedMs, UNKNOWN_RETRY_MS * 2 ** Math.min(20, Math.max(0, state.unknowns - 20)));
  if (state.unknowns % 20 === 0) deps.onUnknown?.();
  Object.assign(state, { seq: undefined, notBefore: deps.now() + waitMs });
  deps.ring(waitMs);
}

/** The relay does not take what the part carried: it becomes a hole, and the next one goes without a snapshot. */
function refused(state: State): void {
  const { deps } = state;
  state.skipped += Math.max(0, state.carried - state.carriedBefore);
  const isTerminal = deps.shoot !== undefined;
  Object.assign(state, {
    sent: undefined,
    isBare: isTerminal,
    isStale: isTerminal,
    notBefore: deps.now() + REFUSED_RETRY_MS,
  });
  deps.ring(REFUSED_RETRY_MS);
}

function taken(state: State, { close }: Part): void {
  state.sent = undefined;
  begin(state);
  if (close) state.isClosed = true;
}

function begin(state: State): void {
  state.isBegun = true;
  state.begun.resolve();
}

/** The relay has other parts than were sent: it was emptied or restored, or this bridge has begun anew. */
function goOnFrom(state: State, seq: number, mark = '0'): void {
  if (seq > 0) begin(state);
  if (seq === state.heardSeq && state.sent === undefined && seq > 0) return;
  state.sent = undefined;
  if (state.deps.shoot !== undefined) {
    state.isStale = true;
    state.carried = 0;
    return;
  }
  const has = Number(mark);
  // What was carried to a relay that has lost it is a hole.
  state.skipped += Math.max(0, state.carried - has);
  state.carried = Math.max(state.carried, has);
  state.waiting = state.waiting.filter(({ upTo }) => upTo > has).map((one) => withoutSeen(one, has));
  state.bytes = state.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
}
