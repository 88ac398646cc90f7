/** What was sealed by an attach that is over and never typed, so that it is typed again. `device-seal.ts` has the attaches; only the machine knows what it has typed. */
import { limits } from './limits.ts';
import { sayNotTyped, typedIn } from './not-typed.ts';
import type { TypedInput } from './typed-inputs.ts';

/** An input as it was sealed by its attach. */
export interface SealedOnce extends TypedInput {
  readonly counter: number;
  readonly sealedAt: number;
}

export interface TypedAgain {
  /** Another attach has taken the place of one that had sealed these. */
  replaced(attach: string, recent: readonly SealedOnce[]): void;
  /** Hears an entry; `attach`: the one that is in use. */
  hear(entry: unknown, attach: string): void;
  /** Whether a refusal of an attach need not be said now, because the machine says what it has typed. */
  takesOver(attach: unknown, why: string): boolean;
  /** Resolves once nothing is in doubt. */
  settled(): Promise<void>;
  /** Takes what is to be typed again, in order. */
  take(): readonly TypedInput[];
  readonly hasSome: boolean;
  /** Calls `run` whenever there is some. */
  whenSome(run: () => void): void;
  /** Nothing of it is typed again: whoever typed it knows that. */
  giveUp(): void;
}

/** An attach that is over, and of which it is not known yet what was typed. */
interface Doubt {
  readonly attach: string;
  readonly recent: readonly SealedOnce[];
  readonly settled: PromiseWithResolvers<void>;
  readonly timer: ReturnType<typeof setTimeout>;
  /** The machine has refused some of it meanwhile. */
  why?: string;
}

/** Those that are young enough to be typed. */
export function youngOf(recent: readonly SealedOnce[]): readonly SealedOnce[] {
  return recent.filter(({ sealedAt }) => performance.now() - sealedAt < limits.inputAgeMsMax);
}

export function createTypedAgain(notTyped: (why: string) => void): TypedAgain {
  let doubt: Doubt | undefined;
  let again: TypedInput[] = [];
  let run = () => {};
  /** Attaches of which all is known. */
  const known = new Set<unknown>();
  const settle = (one: Doubt | undefined) => {
    if (one === undefined || one !== doubt) return;
    doubt = undefined;
    clearTimeout(one.timer);
    if (one.why !== undefined && !known.has(one.attach)) notTyped(sayNotTyped(one.why));
    one.settled.resolve();
  };
  return {
    replaced: (attach, recent) => {
      settle(doubt);
      const young = youngOf(recent);
      if (young.length === 0) return;
      const timer = setTimeout(() => settle(begun), limits.typedSaidMs);
      const begun: Doubt = { attach, recent: young, settled: Promise.withResolvers(), timer };
      doubt = begun;
    },
    hear: (entry, attach) => {
      const said = typedIn(entry);
      // What was said before this attach, and is told again, is not what is so now.
      if (said === undefined || doubt === undefined || !said.open.includes(attach)) return;
      // What came by one that is open may still be typed.
      if (!said.open.includes(doubt.attach)) {
        const last = Number(said.typed[doubt.attach] ?? 0);
        again.push(...doubt.recent.filter(({ counter }) => counter > last));
        known.add(doubt.attach);
      }
      settle(doubt);
      if (again.length > 0) run();
    },
    takesOver: (attach, why) => {
      if (known.has(attach)) return true;
      if (doubt === undefined || doubt.attach !== attach) return false;
      doubt.why = why;
      return true;
    },
    settled: async () => await doubt?.settled.promise,
    take: () => again.splice(0),
    get hasSome() {
      return again.length > 0;
    },
    whenSome: (call) => {
      run = call;
    },
    giveUp: () => {
      settle(doubt);
      again = [];
    },
  };
}
