/** What was sealed by an attach that may be over, so that what was never typed is typed again. `device-seal.ts` has the attaches; only the machine knows what it has typed. */
import { type Attached, isYoung } from './attached.ts';
import { limits } from './limits.ts';
import { sayNotTyped, typedIn } from './not-typed.ts';
import { BehindLost, type TypedInput } from './typed-inputs.ts';

export interface TypedAgain {
  /** There is a newer attach beside the one that is in use. Whether that one is over the machine says. */
  replaced(old: Attached, fresh: Attached): void;
  hear(entry: unknown): void;
  /** Whether a refusal of an attach need not be said now, because the machine says what it has typed. */
  takesOver(attach: unknown, why: string): boolean;
  /** Resolves once nothing is in doubt. Throws BehindLost where something was lost meanwhile. */
  settled(): Promise<void>;
  /** Takes what is to be typed again, in order. */
  take(): readonly TypedInput[];
  readonly hasSome: boolean;
  /** Calls `run` whenever there is some. */
  whenSome(run: () => void): void;
  /** Nothing of it is typed again: whoever typed it knows that. */
  giveUp(): void;
}

/** It is not known yet whether `old` is over, and what was typed by it. */
interface Doubt {
  readonly old: Attached;
  fresh: Attached;
  /** Whether something was lost. */
  readonly settled: PromiseWithResolvers<boolean>;
  timer: ReturnType<typeof setTimeout>;
  /** The machine has refused some of it meanwhile. */
  why?: string;
}

export interface TypedAgainDeps {
  readonly notTyped: (why: string) => void;
  /** The one before is over: from now on this one seals. */
  readonly use: (fresh: Attached) => void;
}

interface State {
  readonly deps: TypedAgainDeps;
  doubt: Doubt | undefined;
  again: TypedInput[];
  run: () => void;
  /** Attaches of which all is known. */
  readonly known: Set<unknown>;
}

export function createTypedAgain(deps: TypedAgainDeps): TypedAgain {
  const state: State = { deps, doubt: undefined, again: [], run: () => {}, known: new Set() };
  return {
    replaced: (old, fresh) => {
      clearTimeout(state.doubt?.timer);
      const timer = setTimeout(() => withoutWord(state), limits.typedSaidMs);
      if (state.doubt === undefined) state.doubt = { old, fresh, settled: Promise.withResolvers(), timer };
      else Object.assign(state.doubt, { fresh, timer });
    },
    hear: (entry) => hear(state, entry),
    takesOver: (attach, why) => {
      if (state.known.has(attach)) return true;
      const { doubt } = state;
      if (doubt === undefined || doubt.old.keys.attach !== attach) return false;
      doubt.why = why;
      return true;
    },
    settled: async () => {
      while (state.doubt !== undefined)
        if (await state.doubt.settled.promise) throw new BehindLost(sayNotTyped('order'));
    },
    take: () => state.again.splice(0),
    get hasSome() {
      return state.again.length > 0;
    },
    whenSome: (run) => {
      state.run = run;
    },
    giveUp: () => {
      state.again = [];
      if (state.doubt !== undefined) deps.use(state.doubt.fresh);
      settle(state);
    },
  };
}

/** `lostWhy`: something of it is not typed. */
function settle(state: State, lostWhy?: string): void {
  const { doubt, deps } = state;
  state.doubt = undefined;
  clearTimeout(doubt?.timer);
  if (lostWhy !== undefined) deps.notTyped(sayNotTyped(lostWhy));
  doubt?.settled.resolve(lostWhy !== undefined);
}

/** The old one goes on: the machine takes its inputs without a hole, or refuses them. */
function withoutWord(state: State): void {
  const { doubt, deps } = state;
  if (doubt?.why !== undefined) deps.use(doubt.fresh);
  settle(state, doubt?.why);
}

function hear(state: State, entry: unknown): void {
  const { doubt, deps, again, known } = state;
  const said = typedIn(entry);
  // What was said before this attach, and is told again, is not what is so now.
  if (said === undefined || doubt === undefined || !said.open.includes(doubt.fresh.keys.attach)) return;
  const { old, fresh, why } = doubt;
  // What came by one that is open may still be typed.
  if (said.open.includes(old.keys.attach)) {
    withoutWord(state);
    return;
  }
  deps.use(fresh);
  known.add(old.keys.attach);
  const last = Number(said.typed[old.keys.attach] ?? 0);
  const rest = old.recent.filter(({ counter }) => counter > last);
  // Without what was before it, the rest is something else.
  const isHole = old.gone > last || rest.some((one) => typeof one.input === 'string' && !isYoung(one));
  if (!isHole) again.push(...rest.filter(isYoung));
  settle(state, isHole ? (why ?? 'unknown') : undefined);
  if (again.length > 0) state.run();
}
