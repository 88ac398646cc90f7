/** Makes terminals and runs: noted first, then started. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import type { ChildWanted } from '../keeper/keeper.ts';
import type { KeptSession, KeptSessions } from './kept-sessions.ts';
import { filesOf, recordingOf, sealedRecordingOf } from './output-files.ts';
import type { Seals } from './seals.ts';
import type { Session } from './session.ts';
import { recordOf } from './session-record.ts';
import type { RunEnded, RunWanted, SessionWanted, TerminalWanted } from './sessions.ts';

export interface Place {
  /** The data folder's path. */
  readonly folder: string;
  readonly now: () => number;
}

export interface Making {
  /** The session of this id, or a new one, which is noted before anything starts. */
  make(wanted: SessionWanted, kept: Pick<KeptSession, 'record' | 'timeoutMs'>): Promise<Session>;
  /** Starts its child where none was. */
  start(session: Session, wanted: ChildWanted): Promise<void>;
}

export interface Made {
  readonly kept: KeptSessions;
  readonly sessions: Map<string, Session>;
  readonly seals: Seals;
  /** This start of the machine. */
  readonly boot: string;
}

/** Makes sessions that are not there yet. */
export function makingOf(
  { kept, sessions, seals, boot }: Made,
  begin: (one: KeptSession, child: 'new') => Session,
): Making {
  return {
    make: async (wanted, more) => {
      const known = sessions.get(wanted.id);
      if (known !== undefined) return known;
      if (wanted.isSealed) seals.open(wanted.id);
      const one = { ...more, boot, isTold: false };
      kept.set(one);
      await kept.written();
      return begin(one, 'new');
    },
    // One that cannot be started was never there; one of which nobody knows whether it was is not forgotten.
    start: async (session, wanted) => {
      if (session.isStarted) return;
      try {
        await session.start(wanted);
      } catch (error) {
        if (session.isStarted) throw error;
        sessions.delete(wanted.id);
        kept.delete(wanted.id);
        await seals.drop(wanted.id);
        throw error;
      }
    },
  };
}

export async function openTerminal(
  { folder, now }: Place,
  wanted: TerminalWanted,
  { make, start }: Making,
): Promise<void> {
  const { id, argv, cwd, env, cols, rows, isSealed, isRecorded } = wanted;
  const meta = { cols, rows, ...(isRecorded ? { recorded: true } : {}) };
  const session = await make(wanted, { record: recordOf('terminal', wanted, meta, now()) });
  const recordTo = isSealed ? sealedRecordingOf(folder, id) : recordingOf(folder, id);
  const recording = isRecorded ? { recordTo } : {};
  await start(session, { id, sort: 'pty', argv, cwd, env, cols, rows, ...recording });
  const waited = new AbortController();
  const over = delay(limits.sessionToldMs, undefined, { signal: waited.signal }).catch(() => undefined);
  await Promise.race([session.outflow.begun, over]);
  waited.abort();
}

export async function run(
  { folder, now }: Place,
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
export async function untilEnded(session: Session, signal: AbortSignal): Promise<RunEnded> {
  const stop = () => session.stop();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    return await session.ended;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
