/** The child of a session, from its start to its end: it is followed, ended, and found again by the next bridge. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { type Child, type ChildEnd, type ChildWanted, type Chunk, KeeperRefusal } from '../keeper/keeper.ts';
import { beganOf } from '../system/began.ts';
import { endedAct } from './attended.ts';
import { lose } from './session-lost.ts';
import { nobodyIn, sayActive } from './session-people.ts';
import { endEntryOf } from './session-record.ts';
import { change, type State } from './session-state.ts';
import type { RunEnded } from './sessions.ts';

/** How long a program that was asked to end may take. */
const STOP_MS = 5000;
/** Before the keeper is asked again that did not answer. */
const ASK_AGAIN_MS = 1000;
/** How often it is asked at the end of a child. */
const END_TRIES = 5;

/** A child as the keeper has it; `new` before its start, `gone` where the keeper does not have it any more, `unanswered` while the keeper does not say. */
export type ChildFound = Child | 'new' | 'gone' | 'unanswered';

/** Goes on with the child as it was found. */
export function goOnWith(state: State, child: ChildFound): void {
  if (child === 'gone') miss(state);
  else if (child === 'unanswered') {
    state.isStarted = true;
    void askAgain(state, miss);
  } else if (child !== 'new') adopt(state, child);
}

/** One that an earlier bridge has started. */
function adopt(state: State, child: Child): void {
  state.isStarted = true;
  if (state.kept.isTold) void letGo(state);
  else {
    if (state.kept.process === undefined && child.end === undefined) note(state, child);
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
  if (record.state === 'ended' && !isTold) state.outflow.end({ x: endEntryOf(state.kept.record.meta) });
}

/** Where it rejects and nobody knows whether it was started, `isStarted` says so: what has become of it is told once the keeper says that. */
export async function start(state: State, wanted: ChildWanted): Promise<void> {
  note(state, await startOrFind(state, wanted));
  state.isStarted = true;
  state.deps.onChange(state.kept, true);
  follow(state, 0);
  limitTime(state);
  // One that is silent has a channel too.
  state.deps.ring();
}

/** The keeper may have started it, and its answer may be lost. */
async function startOrFind(state: State, wanted: ChildWanted): Promise<{ readonly pid: number }> {
  const { keeper } = state.deps;
  try {
    return await keeper.start(wanted);
  } catch (error) {
    if (!(error instanceof KeeperRefusal) || error.code !== 'keeper-gone') throw error;
    const children = await keeper.children().catch(() => undefined);
    const child = children?.find((one) => one.id === state.id);
    if (child !== undefined) return child;
    if (children === undefined) {
      state.isStarted = true;
      state.deps.onChange(state.kept, true);
      void askAgain(state, miss);
    }
    throw error;
  }
}

/** Which process it is, so that it is found again should its keeper be lost. */
function note(state: State, { pid }: { readonly pid: number }): void {
  state.kept = { ...state.kept, process: { pid, began: beganOf(pid) } };
}

function follow(state: State, after: number): void {
  // A terminal that is behind goes on from its screen; a run waits, because its output is its result.
  const more = state.isTerminal
    ? { behindMax: limits.outputPendingBytesMax }
    : { aheadMax: limits.keeperAheadBytesMax };
  const take = (chunk: Chunk) => {
    if (state.isTerminal) sayActive(state);
    return state.outflow.chunk(chunk);
  };
  const following = state.deps.keeper.follow(state.id, after, take, more);
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
  const child = (await childrenAtEnd(deps.keeper)).find((one) => one.id === id);
  const durationMs = Math.max(0, Date.parse(endedAt) - Date.parse(child?.startedAt ?? endedAt));
  const ended: RunEnded = { ...end, out: 0, err: 0, ...child?.bytes, isTimedOut, durationMs };
  if (!isTerminal) state.kept = { ...state.kept, ended };
  const said = {
    ...(code === undefined ? {} : { exitCode: code }),
    ...(signal === undefined ? {} : { signal }),
    ...(isTimedOut ? { timedOut: true } : {}),
  };
  change(state, { state: 'ended' }, { endedAt, ...said, ...nobodyIn(state) });
  if (isTerminal) deps.record(endedAct(state.kept.record));
  state.outflow.end({ x: endEntryOf(state.kept.record.meta) });
  state.ending.resolve(ended);
}

/** A keeper that is busy is asked again: it alone knows how much a run has written. */
async function childrenAtEnd(keeper: State['deps']['keeper']): Promise<readonly Child[]> {
  for (let tries = 1; ; tries++) {
    const children = await keeper.children().catch(() => undefined);
    if (children !== undefined || tries === END_TRIES) return children ?? [];
    await delay(ASK_AGAIN_MS);
  }
}

/** Only a keeper that answers, or is not there, can say what has become of a child: it is gone on with, or `missing`. */
async function askAgain(state: State, missing: (state: State) => void): Promise<void> {
  const children = await state.deps.keeper.children().catch(() => undefined);
  const child = children?.find((one) => one.id === state.id);
  if (children === undefined) state.askTimer = setTimeout(() => void askAgain(state, missing), ASK_AGAIN_MS);
  else if (child === undefined) missing(state);
  else adopt(state, child);
}

/** Ends a run that takes longer than it may. */
function limitTime(state: State): void {
  const { kept, deps } = state;
  if (kept.timeoutMs === undefined || kept.record.state === 'ended') return;
  const leftMs = Date.parse(String(kept.record.meta.startedAt)) + kept.timeoutMs - deps.now();
  // One that has ended, and whose output is still on its way, was in time.
  state.timer = setTimeout(() => {
    void stop(state).then((isSent) => {
      state.isTimedOut = isSent;
    });
  }, leftMs);
}

/** Resolves with whether there was somebody to stop. */
export async function stop(state: State): Promise<boolean> {
  const { deps, id } = state;
  const end = (name: string) =>
    deps.keeper.signal(id, name).then(
      () => true,
      () => false,
    );
  clearTimeout(state.timer);
  state.timer = setTimeout(() => void end('SIGKILL'), STOP_MS);
  return await end('SIGTERM');
}

export async function close(state: State): Promise<ChildEnd> {
  const { record } = state.kept;
  if (record.state === 'running') return await state.deps.keeper.close(state.id);
  const { exitCode, signal, endedAt } = record.meta;
  return {
    ...(typeof exitCode === 'number' ? { code: exitCode } : {}),
    ...(typeof signal === 'string' ? { signal } : {}),
    endedAt: String(endedAt),
  };
}

/** The keeper need not hold it any longer. */
export async function letGo({ deps, id }: State): Promise<void> {
  await deps.keeper.forget(id).catch(() => undefined);
}
