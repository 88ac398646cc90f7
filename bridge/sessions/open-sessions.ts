/** Opens the sessions: children of the keeper, told to the relay as records and channels. A new bridge goes on with what runs. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Act } from '#contract/audit.ts';
import type { InputGiven } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { RecordTold } from '#contract/record.ts';
import { sealName } from '#contract/sealing.ts';
import { sessionOfCommand } from '#contract/session-id.ts';
import type { Child, ChildWanted, Keeper } from '../keeper/keeper.ts';
import { revOfRecord } from '../record-rev.ts';
import type { ChannelSource } from '../sync/channels.ts';
import type { InboxSink } from '../sync/inbox.ts';
import { createWakeup } from '../sync/wakeup.ts';
import { type KeptSession, type KeptSessions, openKeptSessions } from './kept-sessions.ts';
import { createLater } from './later.ts';
import { createVouch } from './machine-key.ts';
import { dropOldFiles, filesOf, readOutput, recordingOf, sealedRecordingOf } from './output-files.ts';
import { listRecordings, readRecording } from './recordings.ts';
import { openSeals, type Seals } from './seals.ts';
import { type ChildFound, createSession, type Session } from './session.ts';
import type { RunEnded, RunWanted, Sessions, SessionWanted, TerminalWanted } from './sessions.ts';
import { createSource } from './source.ts';

export interface SessionsDeps {
  /** The data folder's path. */
  readonly folder: string;
  /** This machine's id, once it is known. */
  readonly machine: () => string | undefined;
  readonly keeper: Keeper;
  /** Tells a record, with the next batch of changes. */
  readonly tell: (record: RecordTold) => void;
  /** The relay need not hold a record any longer. */
  readonly untell: (id: string) => void;
  /** The relay's clock in ms since 1970, as this machine knows it. */
  readonly relayNow: () => number;
  /** Fingerprints of the devices that are pinned now. */
  readonly pinned: () => readonly string[];
  readonly onTrouble: (error: unknown) => undefined;
  /** Records an act in the machine's own audit log. */
  readonly record: (act: Act) => void;
  /** Whether the owner's policy lets people type into a terminal now. */
  readonly mayType: (record: RecordTold) => boolean;
  readonly now?: () => number;
}

export interface OpenSessions extends Sessions, AsyncDisposable {
  /** The records by id with their rev, for `connect`. */
  revs(): Readonly<Record<string, string>>;
  /** The relay lacks these. */
  wanted(ids: readonly string[]): void;
  /** What goes to channels, and what comes from them. */
  readonly source: ChannelSource;
  readonly inbox: InboxSink;
}

/** Opens them with what the keeper has and what an earlier bridge has noted. */
export async function openSessions(deps: SessionsDeps): Promise<OpenSessions> {
  const { folder, keeper, tell, untell, relayNow, pinned, onTrouble, record, mayType, now = Date.now } = deps;
  await using opened = new AsyncDisposableStack();
  const kept = opened.use(openKeptSessions(folder, onTrouble));
  const seals = opened.use(await openSeals(folder, sealedOf(kept), { pinned, now, vouch: createVouch(folder) }));
  const [ready, changed] = [createWakeup(), createWakeup()];
  const later = opened.use(createLater(ready.ring));
  const sessions = new Map<string, Session>();
  const begin = (one: KeptSession, child: ChildFound) => {
    const session = createSession(one, child, {
      ...{ keeper, now, relayNow, ring: later.ring, record, mayType, seal: seals.of(one.record.id) },
      onChange: (session, isNews) => {
        kept.set(session);
        if (isNews) tell(session.record);
        if (session.isTold) forgetOld(kept, now(), forget);
        changed.ring();
      },
    });
    sessions.set(one.record.id, session);
    changed.ring();
    return session;
  };
  const forget = (id: string) => {
    sessions.get(id)?.[Symbol.dispose]();
    sessions.delete(id);
    void seals.drop(id).catch(onTrouble);
    untell(id);
  };
  forgetOld(kept, now(), forget);
  await goOnWith(deps, kept.all, begin);
  await dropOldFiles(folder, now()).catch(onTrouble);
  const making = makingOf({ kept, sessions, seals }, begin);
  const held = opened.move();
  return {
    idOf: (command) => idOnMachine(deps.machine(), command),
    open: (wanted) => openTerminal(deps, wanted, making),
    run: (wanted, signal) => run(deps, wanted, making, signal),
    adopt: (id, signal) => {
      const session = sessions.get(id);
      return session?.kept.record.kind === 'run' ? untilEnded(session, signal) : undefined;
    },
    ...sealingOf(sessions, seals),
    output: (id, stream, offset, bytesMax) => readOutput(folder, sessions.get(id), { id, stream, offset, bytesMax }),
    recordings: () => listRecordings(folder, (id) => kept.all.get(id)?.record.title),
    recording: (id, offset, bytesMax) => readRecording(folder, id, { offset, bytesMax }),
    close: async (id) => await (sessions.get(id) ?? unknown()).close(),
    rename: async (id, title, ifRev) => rename(sessions.get(id) ?? unknown(), title, ifRev),
    running: () => runningOf([...sessions.values()]),
    revs: () => Object.fromEntries([...kept.all.values()].map(({ record }) => [record.id, revOfRecord(record)])),
    wanted: (ids) => {
      for (const one of ids.map((id) => kept.all.get(id))) if (one !== undefined) tell(one.record);
    },
    source: createSource(sessions, ready),
    inbox: inboxOf(sessions, changed),
    [Symbol.asyncDispose]: async () => {
      for (const session of sessions.values()) session[Symbol.dispose]();
      await held.disposeAsync();
    },
  };
}

function sealedOf({ all }: KeptSessions): readonly string[] {
  return [...all.values()].flatMap(({ record }) => (record.seal === undefined ? [] : [record.id]));
}

function sealingOf(
  sessions: ReadonlyMap<string, Session>,
  seals: Seals,
): Pick<Sessions, 'attach' | 'isSealed' | 'pieceSeal'> {
  const sealOf = (id: string) => {
    const seal = seals.of(id);
    // Its keys are being forgotten, and its record is next.
    if (seal === undefined && sessions.get(id)?.kept.record.seal !== undefined) unknown();
    return seal;
  };
  return {
    attach: async (id, device) => {
      if (!sessions.has(id)) unknown();
      return await sealOf(id)?.attach(await device());
    },
    isSealed: (id) => sealOf(id) !== undefined,
    pieceSeal: (run) => sealOf(run)?.piece,
  };
}

function idOnMachine(machine: string | undefined, command: string): string {
  if (machine === undefined) throw new Problem('command-failed', 'The relay has not said which machine this is.');
  return sessionOfCommand(machine, command, (text) => createHash('sha256').update(text).digest('hex'));
}

/** Begins what was noted, with the children that the keeper has. One that does not answer must not keep the bridge from its files. */
async function goOnWith(
  { keeper, onTrouble }: SessionsDeps,
  known: KeptSessions['all'],
  begin: (one: KeptSession, child: ChildFound) => void,
): Promise<void> {
  const children = await keeper.children().catch(onTrouble);
  for (const one of [...known.values()]) begin(one, childOf(one.record.id, children));
  await endUnknown(keeper, children ?? [], known);
}

function childOf(id: string, children: readonly Child[] | undefined): ChildFound {
  if (children === undefined) return 'unanswered';
  return children.find((child) => child.id === id) ?? 'gone';
}

/** Ends what nobody knows any more and nobody could reach: its note was lost. */
async function endUnknown(keeper: Keeper, children: readonly Child[], known: KeptSessions['all']): Promise<void> {
  for (const { id, end } of children) {
    if (known.has(id)) continue;
    if (end === undefined) await keeper.close(id).catch(() => undefined);
    await keeper.forget(id).catch(() => undefined);
  }
}

/** Makes sessions that are not there yet. */
function makingOf(
  { kept, sessions, seals }: { kept: KeptSessions; sessions: Map<string, Session>; seals: Seals },
  begin: (one: KeptSession, child: 'new') => Session,
): Making {
  return {
    make: async (wanted, more) => {
      const known = sessions.get(wanted.id);
      if (known !== undefined) return known;
      if (wanted.isSealed) await seals.open(wanted.id);
      kept.set({ ...more, isTold: false });
      await kept.written();
      return begin({ ...more, isTold: false }, 'new');
    },
    // One that cannot be started was never there.
    start: async (session, wanted) => {
      if (session.isStarted) return;
      try {
        await session.start(wanted);
      } catch (error) {
        sessions.delete(wanted.id);
        kept.delete(wanted.id);
        await seals.drop(wanted.id);
        throw error;
      }
    },
  };
}

function rename(session: Session, title: string, ifRev: string): void {
  const currentRev = revOfRecord(session.kept.record);
  if (ifRev !== currentRev) throw new Problem('conflict', undefined, { currentRev });
  session.rename(title);
}

function unknown(): never {
  throw new Problem('record-unknown', 'This machine has no such terminal or run.');
}

interface Making {
  /** The session of this id, or a new one, which is noted before anything starts. */
  make(wanted: SessionWanted, kept: Omit<KeptSession, 'isTold'>): Promise<Session>;
  /** Starts its child where none was. */
  start(session: Session, wanted: ChildWanted): Promise<void>;
}

function recordOf(kind: 'terminal' | 'run', wanted: SessionWanted, meta: object, nowMs: number): RecordTold {
  const { id, argv, shownCwd, project, title, by, isSealed } = wanted;
  const startedAt = new Date(nowMs).toISOString();
  return {
    ...{ id, kind, title, state: 'running' },
    ...(project === undefined ? {} : { project }),
    ...(isSealed ? { seal: sealName } : {}),
    meta: { argv: shownArgv(argv), ...(shownCwd === undefined ? {} : { cwd: shownCwd }), by, startedAt, ...meta },
  };
}

/** As much of a command line as a list shows. */
function shownArgv(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of argv) {
    if (words.reduce((sum, { length }) => sum + length, 0) > ARGV_UNITS_MAX) break;
    words.push(word.slice(0, ARGV_UNITS_MAX));
  }
  return words;
}

const ARGV_UNITS_MAX = 1000;

async function openTerminal(
  { folder, now = Date.now }: SessionsDeps,
  wanted: TerminalWanted,
  { make, start }: Making,
): Promise<void> {
  const { id, argv, cwd, env, cols, rows, isSealed } = wanted;
  const session = await make(wanted, { record: recordOf('terminal', wanted, { cols, rows }, now()) });
  const recordTo = isSealed ? sealedRecordingOf(folder, id) : recordingOf(folder, id);
  const recording = wanted.isRecorded ? { recordTo } : {};
  await start(session, { id, sort: 'pty', argv, cwd, env, cols, rows, ...recording });
  const waited = new AbortController();
  const over = delay(limits.sessionToldMs, undefined, { signal: waited.signal }).catch(() => undefined);
  await Promise.race([session.outflow.begun, over]);
  waited.abort();
}

async function run(
  { folder, now = Date.now }: SessionsDeps,
  wanted: RunWanted,
  { make, start }: Making,
  signal: AbortSignal,
): Promise<RunEnded> {
  const { id, argv, cwd, env, stdin, command, timeoutMs } = wanted;
  const session = await make(wanted, { record: recordOf('run', wanted, { command }, now()), timeoutMs });
  const outputFiles = filesOf(folder, id);
  const given = stdin === undefined ? {} : { stdin };
  await start(session, { id, sort: 'pipes', argv, cwd, env, outputFiles, ...given });
  return await untilEnded(session, signal);
}

/** If `signal` aborts, it is ended. */
async function untilEnded(session: Session, signal: AbortSignal): Promise<RunEnded> {
  const stop = () => session.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await session.ended;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function runningOf(sessions: readonly Session[]) {
  const titles = (kind: string) =>
    sessions
      .map(({ kept: { record } }) => record)
      .filter((record) => record.kind === kind && record.state === 'running')
      .map(({ title }) => title);
  return { terminals: titles('terminal'), runs: titles('run') };
}

/** Inputs older than so many ms, by the relay's clock, are passed by and said. */
function inboxOf(sessions: ReadonlyMap<string, Session>, changed: InboxSink['changed']): InboxSink {
  // Of none: the first answer comes at once.
  let last = 'none';
  const open = () => [...sessions.values()].filter((session) => session.takesInputs);
  return {
    changed,
    after: () => Object.fromEntries(open().map((session) => [session.kept.record.id, session.inputAfter])),
    watched: () => open().flatMap(({ kept, outflow }) => (outflow.isWatched ? [kept.record.id] : [])),
    seen: () => last,
    take: async ({ inputs, watch, readers, seen, now }) => {
      last = seen;
      for (const session of open()) {
        const { id } = session.kept.record;
        session.outflow.watch(watch.includes(id));
        session.readBy(readers.filter(({ channel }) => channel === id));
      }
      const byChannel = Map.groupBy<string, InputGiven>(inputs, ({ channel }) => channel);
      await Promise.all([...byChannel].map(([id, own]) => sessions.get(id)?.take(own, now)));
    },
  };
}

/** Of those that have ended and that the relay knows whole, the newest stay for some days. */
function forgetOld(kept: KeptSessions, nowMs: number, forget: (id: string) => void): void {
  const ended = [...kept.all.values()].filter(({ record, isTold }) => record.state === 'ended' && isTold);
  const isOld = ({ record }: KeptSession) => nowMs - Date.parse(String(record.meta.endedAt)) > limits.sessionsEndedMs;
  for (const [index, one] of ended.entries()) {
    if (!isOld(one) && ended.length - index <= limits.sessionsEndedMax) continue;
    kept.delete(one.record.id);
    forget(one.record.id);
  }
}
