/** One terminal or run: its child, its record, its channel. */
import type { ChannelStands, InputGiven, Reader } from '#contract/channel.ts';
import type { ChildEnd, ChildWanted } from '../keeper/keeper.ts';
import { createAttended } from './attended.ts';
import type { KeptSession } from './kept-sessions.ts';
import { createLook } from './look.ts';
import { createOutflow, type Outflow } from './outflow.ts';
import { shotOf } from './screen-shot.ts';
import { type ChildFound, close, goOnWith, letGo, start, stop } from './session-child.ts';
import { sayTyped, take } from './session-inputs.ts';
import { readBy, sayWhatRan } from './session-people.ts';
import { change, type SessionDeps, type State } from './session-state.ts';
import type { RunEnded } from './sessions.ts';

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
  /** Says into a sealed channel what was typed by each attach. */
  sayTyped(): Promise<void>;
  /** Who reads it now. */
  readBy(readers: readonly Reader[]): void;
  heard(stands: ChannelStands): void;
}

/** A session as it was noted, with its child. */
export function createSession(kept: KeptSession, child: ChildFound, deps: SessionDeps): Session {
  const { id, kind } = kept.record;
  const isTerminal = kind === 'terminal';
  const shoot = isTerminal ? { shoot: () => shotOf(deps.keeper, id) } : {};
  const state: State = {
    ...{ deps, id, isTerminal, kept, isStarted: false, following: undefined, timer: undefined },
    ...{ askTimer: undefined, leftTimer: undefined, isTimedOut: false },
    ...{ inputAfter: typeof child === 'string' ? 0 : child.input, ending: Promise.withResolvers<RunEnded>() },
    taking: Promise.resolve(),
    attended: createAttended(deps, kept.record),
    activity: { lastAt: 0, timer: undefined, typistSaidAt: 0, typist: undefined },
    look: createLook(deps.keeper, id, (ran) => sayWhatRan(state, ran)),
    outflow: createOutflow({
      ...{ ...shoot, isClosed: kept.isTold, ring: deps.ring, now: deps.now, seal: deps.seal },
      onUnknown: () => deps.onChange(state.kept, true),
    }),
  };
  // Nobody may wait for it.
  state.ending.promise.catch(() => undefined);
  goOnWith(state, child);
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
    stop: () => void stop(state),
    close: () => close(state),
    rename: (title) => change(state, { title }, {}),
    take: (inputs, nowMs) => take(state, inputs, nowMs),
    sayTyped: () => sayTyped(state),
    readBy: (readers) => readBy(state, readers),
    heard: (stands) => heard(state, stands),
    [Symbol.dispose]: () => {
      for (const timer of [state.timer, state.askTimer, state.leftTimer, state.activity.timer, state.activity.typist])
        clearTimeout(timer);
      state.look[Symbol.dispose]();
      state.following?.[Symbol.dispose]();
    },
  };
}

function heard(state: State, stands: ChannelStands): void {
  state.outflow.stands(stands);
  if (!state.outflow.isClosed || state.kept.isTold) return;
  state.kept = { ...state.kept, isTold: true };
  state.deps.onChange(state.kept, false);
  void letGo(state);
}
