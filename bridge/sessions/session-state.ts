/** What a session knows, and what its files agree on. */
import type { Act } from '#contract/audit.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Following, Keeper } from '../keeper/keeper.ts';
import type { Attended } from './attended.ts';
import type { ChannelSeal } from './channel-seal.ts';
import type { KeptSession } from './kept-sessions.ts';
import type { Look } from './look.ts';
import type { Outflow } from './outflow.ts';
import type { RunEnded } from './sessions.ts';

export interface SessionDeps {
  readonly keeper: Keeper;
  readonly now: () => number;
  /** This start of the machine. */
  readonly boot: string;
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

export type Meta = KeptSession['record']['meta'];

export interface State {
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
  /** The keeper is asked again what has become of it. */
  askTimer: NodeJS.Timeout | undefined;
  /** What a lost keeper has left behind is looked at again. */
  leftTimer: NodeJS.Timeout | undefined;
  isTimedOut: boolean;
  inputAfter: number;
  /** Ends when all inputs that were opened are with the keeper. */
  taking: Promise<void>;
  readonly attended: Attended;
  readonly activity: Activity;
}

/** When something happened last, and what of it is said later. In ms. */
export interface Activity {
  lastAt: number;
  timer: NodeJS.Timeout | undefined;
  typistSaidAt: number;
  typist: NodeJS.Timeout | undefined;
}

/** Its record says something else from now on. */
export function change(state: State, said: { readonly title?: string; readonly state?: string }, meta: Meta): void {
  const { record } = state.kept;
  state.kept = { ...state.kept, record: { ...record, ...said, meta: { ...record.meta, ...meta } } };
  state.deps.onChange(state.kept, true);
}
