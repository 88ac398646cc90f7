/** Opens the sessions: children of the keeper, told to the relay as records and channels. A new bridge goes on with what runs. */
import { createHash } from 'node:crypto';
import type { Act } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import type { RecordTold } from '#contract/record.ts';
import { sessionOfCommand } from '#contract/session-id.ts';
import type { Keeper } from '../keeper/keeper.ts';
import type { ChannelSource } from '../sync/channels.ts';
import type { RecordsTold } from '../sync/follower.ts';
import type { InboxSink } from '../sync/inbox.ts';
import { revOfRecord } from '../sync/record-rev.ts';
import { createWakeup } from '../sync/wakeup.ts';
import { type KeptSession, type KeptSessions, openKeptSessions } from './kept-sessions.ts';
import { forgetOld, goOnWith } from './known-sessions.ts';
import { createLater } from './later.ts';
import { makingOf, openTerminal, run, untilEnded } from './making.ts';
import { dropOldFiles, readOutput } from './output-files.ts';
import { listRecordings, readRecording } from './recordings.ts';
import { openSeals, type Seals } from './seals.ts';
import { createSession, type Session } from './session.ts';
import type { ChildFound } from './session-child.ts';
import type { Sessions } from './sessions.ts';
import { inboxOf } from './sessions-inbox.ts';
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
  /** This start of the machine. */
  readonly boot: string;
}

export interface OpenSessions extends Sessions, RecordsTold, AsyncDisposable {
  /** What goes to channels, and what comes from them. */
  readonly source: ChannelSource;
  readonly inbox: InboxSink;
}

/** Opens them with what the keeper has and what an earlier bridge has noted. */
export async function openSessions(deps: SessionsDeps): Promise<OpenSessions> {
  const { folder, keeper, tell, untell, relayNow, pinned, onTrouble, record, mayType, now = Date.now } = deps;
  await using opened = new AsyncDisposableStack();
  const kept = opened.use(openKeptSessions(folder, onTrouble));
  const seals = opened.use(await openSeals(folder, sealedOf(kept), { pinned, now, onTrouble }));
  const [ready, changed] = [createWakeup(), createWakeup()];
  const later = opened.use(createLater(ready.ring));
  const sessions = new Map<string, Session>();
  const begin = (one: KeptSession, child: ChildFound) => {
    const session = createSession(one, child, {
      ...{ keeper, now, relayNow, boot: deps.boot, ring: later.ring, record, mayType, seal: seals.of(one.record.id) },
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
  const making = makingOf({ kept, sessions, seals, boot: deps.boot }, begin);
  const held = opened.move();
  return {
    idOf: (command) => idOnMachine(deps.machine(), command),
    open: (wanted) => openTerminal({ folder, now }, wanted, making),
    run: (wanted, signal) => run({ folder, now }, wanted, making, signal),
    adopt: (id, signal) => {
      const session = sessions.get(id);
      return session?.kept.record.kind === 'run' ? untilEnded(session, signal) : undefined;
    },
    ...sealingOf(sessions, seals),
    output: (id, stream, offset, bytesMax) => readOutput(folder, sessions.get(id), { id, stream, offset, bytesMax }),
    ...recordingsOf(folder, kept),
    close: async (id) => await terminalOf(sessions.get(id)).close(),
    rename: async (id, title, ifRev) => rename(terminalOf(sessions.get(id)), title, ifRev),
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

function recordingsOf(
  folder: string,
  { all }: KeptSessions,
): Pick<Sessions, 'recordings' | 'placeOf' | 'argvOf' | 'recording'> {
  return {
    recordings: () => listRecordings(folder, (id) => all.get(id)?.record.title),
    placeOf: (id) => all.get(id)?.record,
    argvOf: (id) => all.get(id)?.record.meta.argv as readonly string[] | undefined,
    recording: (id, offset, bytesMax) => readRecording(folder, id, { offset, bytesMax }),
  };
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
      const session = sessions.get(id) ?? unknown();
      const keys = await sealOf(id)?.attach(await device());
      if (keys !== undefined) await session.sayTyped();
      return keys;
    },
    isSealed: (id) => sealOf(id) !== undefined,
    pieceSeal: (run) => sealOf(run)?.piece,
  };
}

function idOnMachine(machine: string | undefined, command: string): string {
  if (machine === undefined) throw new Problem('command-failed', 'The relay has not said which machine this is.');
  return sessionOfCommand(machine, command, (text) => createHash('sha256').update(text).digest('hex'));
}

function rename(session: Session, title: string, ifRev: string): void {
  const currentRev = revOfRecord(session.kept.record);
  if (ifRev !== currentRev) throw new Problem('conflict', undefined, { currentRev });
  session.rename(title);
}

/** A run is none: it is begun and ended by its command alone. */
function terminalOf(session: Session | undefined): Session {
  return session?.kept.record.kind === 'terminal' ? session : unknown();
}

function unknown(): never {
  throw new Problem('record-unknown', 'This machine has no such terminal or run.');
}

function runningOf(sessions: readonly Session[]): ReturnType<Sessions['running']> {
  const all = (kind: string) =>
    sessions
      .map(({ kept: { record } }) => record)
      .filter((record) => record.kind === kind && record.state === 'running')
      .map(({ id, title }) => ({ id, title }));
  return { terminals: all('terminal'), runs: all('run') };
}
