/** One terminal or run: its child, its record, its channel. */
import { promisify, stripVTControlCharacters } from 'node:util';
import { gzip } from 'node:zlib';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { type ChannelStands, Input, type InputGiven, type Reader } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { RecordTold } from '#contract/record.ts';
import {
  type Child,
  type ChildEnd,
  type ChildWanted,
  type Following,
  type Keeper,
  KeeperRefusal,
} from '../keeper/keeper.ts';
import { type Attended, createAttended } from './attended.ts';
import type { ChannelSeal } from './channel-seal.ts';
import type { KeptSession } from './kept-sessions.ts';
import { createLook, type Look } from './look.ts';
import { createOutflow, type Outflow } from './outflow.ts';
import type { Shot } from './outflow-state.ts';
import type { RunEnded } from './sessions.ts';

const zip = promisify(gzip);

/** How long a program that was asked to end may take. */
const STOP_MS = 5000;
/** Between two records that say that a terminal is active. */
const ACTIVE_EVERY_MS = 30_000;
/** The same where two people type in turn. */
const OTHER_EVERY_MS = 2000;
/** Names that a record has room for. */
const READERS_SHOWN = 20;
/** Before the keeper is asked again that did not answer. */
const ASK_AGAIN_MS = 1000;

export interface SessionDeps {
  readonly keeper: Keeper;
  readonly now: () => number;
  /** The relay's clock, as this machine knows it. */
  readonly relayNow: () => number;
  readonly ring: (ms?: number) => void;
  /** Records an act in the machine's own audit log. */
  readonly record: (act: Act) => void;
  /** Whether the owner's policy lets people type into it now. */
  readonly mayType: (record: RecordTold) => boolean;
  /** Of a sealed channel. */
  readonly seal?: ChannelSeal | undefined;
  /** It says something else than before; `isNews`: its record does. */
  readonly onChange: (kept: KeptSession, isNews: boolean) => void;
}

export interface Session extends Disposable {
  readonly kept: KeptSession;
  readonly outflow: Outflow;
  /** Whether its child was started, by this bridge or by an earlier one. */
  readonly isStarted: boolean;
  /** How a run has ended. Rejects with a KeeperRefusal where the keeper was lost. */
  readonly ended: Promise<RunEnded>;
  readonly takesInputs: boolean;
  /** Position of the last input that was taken. */
  readonly inputAfter: number;
  start(wanted: ChildWanted): Promise<void>;
  /** Ends a run: SIGTERM, later SIGKILL. */
  stop(): void;
  close(): Promise<ChildEnd>;
  rename(title: string): void;
  /** Takes inputs; `nowMs` by the clock of their `at`. */
  take(inputs: readonly InputGiven[], nowMs: number): Promise<void>;
  /** Who reads it now. */
  readBy(readers: readonly Reader[]): void;
  heard(stands: ChannelStands): void;
}

interface State {
  readonly deps: SessionDeps;
  readonly id: string;
  readonly isTerminal: boolean;
  readonly outflow: Outflow;
  readonly ending: PromiseWithResolvers<RunEnded>;
  readonly look: Look;
  kept: KeptSession;
  isStarted: boolean;
  following: Following | undefined;
  timer: NodeJS.Timeout | undefined;
  isTimedOut: boolean;
  inputAfter: number;
  readonly attended: Attended;
}

/** A child as the keeper has it; `new` before its start, `gone` where the keeper does not have it any more, `unanswered` while the keeper does not say. */
export type ChildFound = Child | 'new' | 'gone' | 'unanswered';

/** A session as it was noted, with its child. */
export function createSession(kept: KeptSession, child: ChildFound, deps: SessionDeps): Session {
  const { id, kind } = kept.record;
  const isTerminal = kind === 'terminal';
  const shoot = isTerminal ? { shoot: () => shotOf(deps.keeper, id) } : {};
  const state: State = {
    ...{ deps, id, isTerminal, kept, isStarted: false, following: undefined, timer: undefined, isTimedOut: false },
    ...{ inputAfter: typeof child === 'string' ? 0 : child.input, ending: Promise.withResolvers<RunEnded>() },
    attended: createAttended(deps, kept.record),
    look: createLook(deps.keeper, id, (ran) => sayWhatRan(state, ran)),
    outflow: createOutflow({
      ...{ ...shoot, isClosed: kept.isTold, ring: deps.ring, now: deps.now, seal: deps.seal },
      onUnknown: () => deps.onChange(state.kept, true),
    }),
  };
  // Nobody may wait for it.
  state.ending.promise.catch(() => undefined);
  if (typeof child !== 'string') adopt(state, child);
  else if (child === 'gone') miss(state);
  else if (child === 'unanswered') {
    state.isStarted = true;
    void askAgain(state, miss);
  }
  return {
    get kept() {
      return state.kept;
    },
    get isStarted() {
      return state.isStarted;
    },
    get takesInputs() {
      return isTerminal && state.isStarted && state.kept.record.state === 'running';
    },
    get inputAfter() {
      return state.inputAfter;
    },
    outflow: state.outflow,
    ended: state.ending.promise,
    start: (wanted) => start(state, wanted),
    stop: () => stop(state),
    close: () => close(state),
    rename: (title) => change(state, { title }, {}),
    take: (inputs, nowMs) => take(state, inputs, nowMs),
    readBy: (readers) => readBy(state, readers),
    heard: (stands) => heard(state, stands),
    [Symbol.dispose]: () => {
      clearTimeout(state.timer);
      state.look[Symbol.dispose]();
      state.following?.[Symbol.dispose]();
    },
  };
}

/** Base64 of a snapshot, at most: with the entries beside it, it goes through gateways that take a MiB. */
const SHOT_UNITS_MAX = 384 * 1024;
/** Of a screen that is larger, so much of its plain text, in UTF-16 units. */
const PLAIN_UNITS_MAX = 64 * 1024;

async function shotOf(keeper: Keeper, id: string): Promise<Shot> {
  const { position, ...screen } = await keeper.screen(id);
  const snapshot = await zipped(screen);
  if (snapshot.length <= SHOT_UNITS_MAX) return { position, snapshot };
  // Colours of each character, say: its words are what can be shown.
  const words = stripVTControlCharacters(screen.text).slice(-PLAIN_UNITS_MAX);
  return { position, snapshot: await zipped({ ...screen, text: words }) };
}

async function zipped(screen: object): Promise<string> {
  return (await zip(JSON.stringify(screen))).toString('base64');
}

/** Goes on with a child that an earlier bridge has started. */
function adopt(state: State, child: Child): void {
  state.isStarted = true;
  if (state.kept.isTold) void letGo(state);
  else {
    // The screen of a terminal has all that was before.
    follow(state, state.isTerminal ? child.position : 0);
    limitTime(state);
  }
}

/** What was noted of a session whose child is not there any more. */
function miss(state: State): void {
  const { ended, record, isTold } = state.kept;
  state.isStarted = true;
  if (ended !== undefined) state.ending.resolve(ended);
  else lose(state);
  if (record.state === 'ended' && !isTold) state.outflow.end({ x: endOf(state.kept.record.meta) });
}

async function start(state: State, wanted: ChildWanted): Promise<void> {
  await state.deps.keeper.start(wanted);
  state.isStarted = true;
  state.deps.onChange(state.kept, true);
  follow(state, 0);
  limitTime(state);
  // One that is silent has a channel too.
  state.deps.ring();
}

function follow(state: State, after: number): void {
  // A terminal that is behind goes on from its screen.
  const behindMax = state.isTerminal ? limits.outputPendingBytesMax : undefined;
  const following = state.deps.keeper.follow(state.id, after, state.outflow.chunk, behindMax);
  state.following = following;
  following.ended.then(
    (end) => finish(state, end),
    (error: unknown) => {
      if (!(error instanceof KeeperRefusal) || error.code !== 'stopped') void askAgain(state, lose);
    },
  );
}

async function finish(state: State, end: ChildEnd): Promise<void> {
  clearTimeout(state.timer);
  const { deps, id, isTerminal, isTimedOut } = state;
  const { code, signal, endedAt } = end;
  const child = (await deps.keeper.children().catch(() => [])).find((one) => one.id === id);
  const durationMs = Math.max(0, Date.parse(endedAt) - Date.parse(child?.startedAt ?? endedAt));
  const ended: RunEnded = { ...end, out: 0, err: 0, ...child?.bytes, isTimedOut, durationMs };
  if (!isTerminal) state.kept = { ...state.kept, ended };
  const said = {
    ...(code === undefined ? {} : { exitCode: code }),
    ...(signal === undefined ? {} : { signal }),
    ...(isTimedOut ? { timedOut: true } : {}),
  };
  change(state, { state: 'ended' }, { endedAt, ...said, ...left(state) });
  state.outflow.end({ x: endOf(state.kept.record.meta) });
  state.ending.resolve(ended);
}

/** Only a keeper that answers, or is not there, can say what has become of a child: it is gone on with, or `missing`. */
async function askAgain(state: State, missing: (state: State) => void): Promise<void> {
  const children = await state.deps.keeper.children().catch(() => undefined);
  const child = children?.find((one) => one.id === state.id);
  if (children === undefined) state.timer = setTimeout(() => void askAgain(state, missing), ASK_AGAIN_MS);
  else if (child === undefined) missing(state);
  else adopt(state, child);
}

/** The keeper was lost, and the child with it: nobody can say how it ended. */
function lose(state: State): void {
  clearTimeout(state.timer);
  const endedAt = new Date(state.deps.now()).toISOString();
  if (state.kept.record.state === 'running')
    change(state, { state: 'ended' }, { endedAt, reason: 'keeper-lost', ...left(state) });
  state.outflow.end({ x: endOf(state.kept.record.meta) });
  state.ending.reject(new KeeperRefusal('keeper-gone', 'The process that held it has ended, and it with it.'));
}

/** The last entry: exit code, signal, or why neither is known. */
function endOf({ exitCode, signal, reason }: KeptSession['record']['meta']): object {
  const said = Object.entries({ code: exitCode, signal, reason });
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

/** Ends a run that takes longer than it may. */
function limitTime(state: State): void {
  const { kept, deps } = state;
  if (kept.timeoutMs === undefined || kept.record.state === 'ended') return;
  const leftMs = Date.parse(String(kept.record.meta.startedAt)) + kept.timeoutMs - deps.now();
  state.timer = setTimeout(() => {
    state.isTimedOut = true;
    stop(state);
  }, leftMs);
}

function stop(state: State): void {
  const { deps, id } = state;
  const end = (name: string) => deps.keeper.signal(id, name).catch(() => undefined);
  void end('SIGTERM');
  clearTimeout(state.timer);
  state.timer = setTimeout(() => void end('SIGKILL'), STOP_MS);
}

async function close(state: State): Promise<ChildEnd> {
  const { record } = state.kept;
  if (record.state === 'running') return await state.deps.keeper.close(state.id);
  const { exitCode, signal, endedAt } = record.meta;
  return {
    ...(typeof exitCode === 'number' ? { code: exitCode } : {}),
    ...(typeof signal === 'string' ? { signal } : {}),
    endedAt: String(endedAt),
  };
}

function change(state: State, said: { readonly title?: string; readonly state?: string }, meta: Meta): void {
  const { record } = state.kept;
  state.kept = { ...state.kept, record: { ...record, ...said, meta: { ...record.meta, ...meta } } };
  state.deps.onChange(state.kept, true);
}

type Meta = KeptSession['record']['meta'];

async function take(state: State, inputs: readonly InputGiven[], nowMs: number): Promise<void> {
  if (!state.deps.mayType(state.kept.record)) return passBy(state, inputs);
  // Also what was held on its way here, or waited for the one before: nobody expects it any more.
  const isLate = ({ at }: InputGiven) => Math.max(nowMs, state.deps.relayNow()) - at > limits.inputAgeMsMax;
  const inTime = inputs.filter((given) => !isLate(given));
  const { seal } = state.deps;
  const wanted: readonly Typed[] = seal === undefined ? inTime : await opened(state, seal, inTime);
  for (const { position, input, by, fingerprint } of wanted) {
    if (typeof input === 'string') state.attended.enter('channel-typed', { ...by, fingerprint });
    // One that ended meanwhile takes nothing more.
    await apply(state, position, input).catch(() => undefined);
  }
  if (inTime.length < inputs.length) state.outflow.say({ late: inputs.length - inTime.length });
  state.inputAfter = Math.max(state.inputAfter, ...inputs.map(({ position }) => position));
  const last = wanted.findLast(({ input }) => typeof input === 'string');
  if (last !== undefined) sayTyping(state, last.by.name);
  const hasEnter = wanted.some(({ input }) => typeof input === 'string' && input.includes('\r'));
  // Of a sealed terminal nobody hears what runs in it.
  if (hasEnter && seal === undefined) state.look.soon();
}

/** The list of terminals says what was begun in them last. */
function sayWhatRan(state: State, ran: string): void {
  const { state: now, meta } = state.kept.record;
  if (now === 'running' && meta.ran !== ran) change(state, {}, { ran });
}

/** An input, and the key of the device that has sealed it: the machine knows it, where the relay only says a name. */
type Typed = InputGiven & { readonly fingerprint?: string };

/** Those of a sealed channel that may be typed; of the others it is said why not. */
async function opened(state: State, seal: ChannelSeal, inputs: readonly InputGiven[]): Promise<readonly Typed[]> {
  // The keeper passes by what is out of order, which would leave a hole in what was typed.
  let last = state.inputAfter;
  const inOrder = inputs.filter(({ position }) => {
    const isNext = position > last;
    last = Math.max(last, position);
    return isNext;
  });
  const found = await seal.open(inOrder.map(({ input }) => input));
  const typed: Typed[] = [];
  const refused = new Map<string, object>();
  for (const [at, one] of found.entries()) {
    const given = inOrder[at];
    if ('why' in one) refused.set(JSON.stringify(one), one);
    else if (given !== undefined && v.is(Input, one.input))
      typed.push({ ...given, input: one.input, fingerprint: one.device });
  }
  for (const one of refused.values()) state.outflow.say({ refused: one });
  return typed;
}

/** The owner has changed the policy since it was opened: it goes on, and nobody types. */
function passBy(state: State, inputs: readonly InputGiven[]): void {
  for (const { by } of inputs) state.attended.enter('channel-typed', by, 'refused');
  state.inputAfter = Math.max(state.inputAfter, ...inputs.map(({ position }) => position));
  if (inputs.length > 0) state.outflow.say({ refused: { why: 'policy' } });
}

async function apply(state: State, position: number, input: InputGiven['input']): Promise<void> {
  const { keeper } = state.deps;
  if (typeof input === 'string') return void (await keeper.input(state.id, position, input));
  const [cols, rows] = Array.isArray(input.size) ? (input.size as readonly unknown[]) : [];
  if (typeof cols !== 'number' || typeof rows !== 'number') return;
  const { meta } = state.kept.record;
  if (meta.cols === cols && meta.rows === rows) return;
  await keeper.resize(state.id, cols, rows);
  change(state, {}, { cols, rows });
  state.outflow.say({ r: [cols, rows] });
}

/** Who looks at the list sees who is in it. */
function readBy(state: State, readers: readonly Reader[]): void {
  for (const reader of readers) state.attended.enter('channel-read', reader);
  const names = [...new Set(readers.map(({ name }) => name.slice(0, limits.relayWordLengthMax)))].sort();
  const shown = names.slice(0, READERS_SHOWN);
  if (JSON.stringify(shown) !== JSON.stringify(state.kept.record.meta.readers ?? []))
    change(state, {}, { readers: shown });
}

/** Nobody is in what has ended. */
function left({ kept }: State): Meta {
  return kept.record.meta.readers === undefined ? {} : { readers: [] };
}

/** Now and then: who looks at the list sees who types. */
function sayTyping(state: State, name: string): void {
  const { typing, activeAt } = state.kept.record.meta;
  const now = state.deps.now();
  const sinceMs = now - Date.parse(String(activeAt));
  if (sinceMs < (typing === name ? ACTIVE_EVERY_MS : OTHER_EVERY_MS)) return;
  change(state, {}, { typing: name, activeAt: new Date(now).toISOString() });
}

function heard(state: State, stands: ChannelStands): void {
  state.outflow.stands(stands);
  if (!state.outflow.isClosed || state.kept.isTold) return;
  state.kept = { ...state.kept, isTold: true };
  state.deps.onChange(state.kept, false);
  void letGo(state);
}

/** The keeper need not hold it any longer. */
async function letGo({ deps, id }: State): Promise<void> {
  await deps.keeper.forget(id).catch(() => undefined);
}
