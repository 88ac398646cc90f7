/** Carries wishes out: sends each until somebody has answered, under one id, so that a repeated try is the same command; then follows it until it has ended. */
import type { AnswerOf } from '#contract/call-types.ts';
import { type CommandSummary, isSettled } from '#contract/command.ts';
import type { CommandSignature } from '#contract/device-key.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { type Api, Interruption } from '../api.ts';
import { backoffMs } from './ladder.ts';
import { pause } from './pause.ts';
import {
  afterWord,
  asUnsent,
  hasEnded,
  neverTaken,
  predecessorOf,
  relayAway,
  resumptionOf,
  revAfter,
  type WishKept,
  wishProblem,
} from './wish.ts';
import { unfinished, type Wishes } from './wishes.ts';

export interface SendingDeps {
  readonly api: Pick<Api, 'call'>;
  readonly wishes: Wishes;
  /** What the relay last told of a command. */
  readonly command: (id: string) => CommandSummary | undefined;
  /** The signature of a command, where its machine may ask for one and takes this device's. */
  readonly sign: (wish: WishKept) => Promise<CommandSignature | undefined>;
  /** Whether the relay cannot be reached just now. */
  readonly isAway: () => boolean;
  /** Runs unless another tab is at it. */
  readonly alone: (id: string, run: () => Promise<void>) => Promise<void>;
}

export interface Sending {
  /** Sees a wish through; resolves when it has ended. */
  see(wish: WishKept): Promise<void>;
  /** Goes on with what a reload or a closed tab has left. */
  resume(): void;
  /** The relay has told of a command. */
  heard(command: CommandSummary): void;
  /** The relay can be reached again. */
  back(): void;
  /** Asks that it is not done. Throws a Problem or an Interruption. */
  cancel(id: string): Promise<void>;
}

/** Tries before a wish that must not wait is given up. */
const triesMax = 3;

/** Sends and follows the wishes of the list. */
export function createSending({ api, wishes, command, sign, isAway, alone }: SendingDeps): Sending {
  const waits = new Map<string, AbortController>();

  async function waitFor(id: string, ms: number): Promise<void> {
    const wait = new AbortController();
    waits.set(id, wait);
    await pause(ms, wait.signal);
    waits.delete(id);
  }

  async function change(id: string, to: (wish: WishKept) => WishKept): Promise<void> {
    const wish = wishes.get(id);
    const changed = wish === undefined ? undefined : to(wish);
    if (changed !== undefined && changed !== wish) await wishes.put(changed);
  }

  const take = (word: AnswerOf<'commandSend'>) => change(word.id, (wish) => afterWord(wish, word, Date.now()));

  /** Waits for the own wish that goes before, and goes on from the version that it left. */
  async function afterPredecessor(id: string): Promise<void> {
    for (;;) {
      const wish = wishes.get(id);
      if (wish?.state !== 'sending' || wish.maybeTaken) return;
      const earlier = wishes.all().slice(wishes.all().indexOf(wish) + 1);
      const before = predecessorOf(wish, earlier, Date.now());
      if (before === undefined) return;
      if (!hasEnded(before)) await wishes.changed(before.id);
      else return await wishes.put({ ...wish, ifRev: revAfter(before) ?? wish.ifRev });
    }
  }

  async function post(id: string): Promise<void> {
    for (let failures = 1; wishes.get(id)?.state === 'sending'; failures += 1) {
      await change(id, (wish) => ({ ...wish, maybeTaken: true }));
      const wish = wishes.get(id);
      if (wish === undefined) return;
      try {
        const body = bodyOf(wish, await sign(wish));
        return await take(await api.call('commandSend', { parameters: { machine: wish.machine }, body }));
      } catch (error) {
        if (!(error instanceof Interruption || error instanceof Problem)) throw error;
        if (error instanceof Problem) {
          const problem = wishProblem(error.toJson());
          return await change(id, (refused) => asUnsent({ ...refused, maybeTaken: false }, problem, Date.now()));
        }
        if (wish.whenOffline === 'refuse' && (isAway() || failures >= triesMax))
          return await change(id, (lost) => asUnsent(lost, relayAway, Date.now()));
        await waitFor(id, backoffMs(failures, error.retryAfterMs, Math.random()));
      }
    }
  }

  /** Asks the relay what became of it. The network's failures are left to the next look. */
  async function look(id: string): Promise<void> {
    const machine = wishes.get(id)?.machine;
    if (machine === undefined) return;
    try {
      await take(await api.call('command', { parameters: { machine, id } }));
    } catch (error) {
      if (error instanceof Interruption) return;
      if (!(error instanceof Problem)) throw error;
      if (error.code === 'command-unknown')
        await change(id, (wish) => ({
          ...(hasEnded(wish) ? wish : asUnsent(wish, neverTaken, Date.now())),
          maybeTaken: false,
        }));
    }
  }

  async function follow(id: string): Promise<void> {
    for (let looks = 0; ; looks += 1) {
      const wish = wishes.get(id);
      if (wish === undefined || hasEnded(wish)) return;
      const told = command(id);
      if (told === undefined || !isSettled(told.state)) await waitFor(id, lookAfterMs(looks));
      else if (looks > 0) await waitFor(id, backoffMs(looks, 0, 1));
      await look(id);
    }
  }

  async function see(wish: WishKept): Promise<void> {
    await alone(wish.id, async () => {
      await afterPredecessor(wish.id);
      await post(wish.id);
      await follow(wish.id);
    });
  }

  async function resumeOne(wish: WishKept): Promise<void> {
    const resumption = resumptionOf(wish, Date.now());
    if (resumption === 'nothing') return;
    if (resumption === 'send') return await see(wish);
    await alone(wish.id, async () => {
      await look(wish.id);
      await follow(wish.id);
    });
  }

  const resume = () => {
    for (const wish of unfinished(wishes.all())) if (!waits.has(wish.id)) void resumeOne(wish);
  };

  return {
    see,
    resume,
    heard(word) {
      const wish = wishes.get(word.id);
      if (wish === undefined || wish.state === word.state) return;
      // The result is not in the event: whoever follows the wish fetches it, and ends it then.
      if (isSettled(word.state)) {
        if (hasEnded(wish)) void alone(word.id, () => look(word.id));
        else waits.get(word.id)?.abort();
      } else void change(word.id, (before) => afterWord(before, word, Date.now()));
    },
    back() {
      for (const wait of waits.values()) wait.abort();
      resume();
    },
    async cancel(id) {
      const wish = wishes.get(id);
      if (wish === undefined || hasEnded(wish)) return;
      if (wish.state === 'sending' && !wish.maybeTaken)
        await wishes.put({ ...wish, state: 'cancelled', endedAt: Date.now() });
      else await take(await api.call('commandCancel', { parameters: { machine: wish.machine, id } }));
      waits.get(id)?.abort();
    },
  };
}

function bodyOf({ id, kind, args, ifRev, whenOffline }: WishKept, signature: CommandSignature | undefined) {
  const signed = signature === undefined ? {} : { signature };
  return { id, kind, args, ...(ifRev === undefined ? {} : { ifRev }), whenOffline, ...signed };
}

/** The relay tells by events; this is for those that a network swallows. */
function lookAfterMs(looks: number): number {
  return Math.min(limits.presenceMs, 2000 * 1.6 ** looks);
}
