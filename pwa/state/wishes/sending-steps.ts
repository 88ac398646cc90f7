/** The steps of sending a wish: send it until there is an answer, always with the same id, so that a repeated try is the same command; look it up at the relay; cancel it. */
import type { AnswerOf } from '#contract/call-types.ts';
import type { CommandSummary } from '#contract/command.ts';
import type { CommandSignature } from '#contract/device-key.ts';
import { backoffMs } from '#contract/ladder.ts';
import { type Api, Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import { pause } from '../stream/pause.ts';
import { afterWord, asUnsent, hasEnded, neverTaken, relayAway, type WishKept, wishProblem } from './wish.ts';
import type { Wishes } from './wishes.ts';

export interface SendingDeps {
  readonly api: Pick<Api, 'call'>;
  readonly wishes: Wishes;
  /** The relay's last word about a wish's command. */
  readonly command: (wish: WishKept) => CommandSummary | undefined;
  /** The signature of a command, if its machine may require one and accepts this device's. */
  readonly sign: (wish: WishKept) => Promise<CommandSignature | undefined>;
  /** Whether the relay cannot be reached now. */
  readonly isAway: () => boolean;
  /** Runs unless another tab is already doing it. */
  readonly alone: (id: string, run: () => Promise<void>) => Promise<void>;
}

/** The sender, with its current waits by the wish's id. */
export interface Sender extends SendingDeps {
  readonly waits: Map<string, AbortController>;
}

/** Tries before a wish that must not wait is given up. */
const triesMax = 3;

/** Waits for `ms`, or until there is news about the wish. */
export async function waitFor({ waits }: Sender, id: string, ms: number): Promise<void> {
  const wait = new AbortController();
  waits.set(id, wait);
  await pause(ms, wait.signal);
  waits.delete(id);
}

/** Changes a wish, if it is still there. */
export async function changeWish({ wishes }: Sender, id: string, to: (wish: WishKept) => WishKept): Promise<void> {
  const wish = wishes.get(id);
  const changed = wish === undefined ? undefined : to(wish);
  if (changed !== undefined && changed !== wish) await wishes.put(changed);
}

/** Takes news about a command. */
async function take(sender: Sender, word: CommandSummary | AnswerOf<'commandSend'>): Promise<void> {
  await changeWish(sender, word.id, (wish) => afterWord(wish, word, Date.now()));
}

/** Ends a wish with the relay's last word about its command. */
export async function settle(sender: Sender, word: CommandSummary): Promise<void> {
  await take(sender, word);
  sender.waits.get(word.id)?.abort();
}

/** Sends the wish until there is an answer or it is given up. */
export async function post(sender: Sender, id: string): Promise<void> {
  const { api, wishes } = sender;
  for (let failures = 1; wishes.get(id)?.state === 'sending'; failures += 1) {
    await changeWish(sender, id, (wish) => ({ ...wish, maybeTaken: true }));
    const wish = wishes.get(id);
    if (wish === undefined) return;
    try {
      const body = bodyOf(wish, await sender.sign(wish));
      return await take(sender, await api.call('commandSend', { parameters: { machine: wish.machine }, body }));
    } catch (error) {
      const waitMs = await afterFailure(sender, wish, failures, error);
      if (waitMs === undefined) return;
      await waitFor(sender, id, waitMs);
    }
  }
}

/** Decides about a wish that could not be sent: ms until the next try, or undefined to give it up. */
async function afterFailure(
  sender: Sender,
  { id, whenOffline }: WishKept,
  failures: number,
  error: unknown,
): Promise<number | undefined> {
  if (error instanceof Refusal) {
    const problem = wishProblem(error.problem);
    await changeWish(sender, id, (refused) => asUnsent({ ...refused, maybeTaken: false }, problem, Date.now()));
    return undefined;
  }
  if (!(error instanceof Interruption)) throw error;
  if (whenOffline === 'refuse' && (sender.isAway() || failures >= triesMax)) {
    await changeWish(sender, id, (lost) => asUnsent(lost, relayAway, Date.now()));
    return undefined;
  }
  return backoffMs(failures, error.retryAfterMs, Math.random());
}

/** Asks the relay for the command's state. Failures of the network are ignored; it is asked again later. */
export async function look(sender: Sender, id: string): Promise<void> {
  const machine = sender.wishes.get(id)?.machine;
  if (machine === undefined) return;
  try {
    await take(sender, await sender.api.call('command', { parameters: { machine, id } }));
  } catch (error) {
    if (error instanceof Interruption) return;
    if (!(error instanceof Refusal)) throw error;
    if (error.code === 'command-unknown')
      await changeWish(sender, id, (wish) => ({
        ...(hasEnded(wish) ? wish : asUnsent(wish, neverTaken, Date.now())),
        maybeTaken: false,
      }));
  }
}

/** Asks the relay to cancel the command. */
export async function cancelAtRelay(sender: Sender, { machine, id }: WishKept): Promise<void> {
  await take(sender, await sender.api.call('commandCancel', { parameters: { machine, id } }));
}

function bodyOf({ id, kind, args, ifRev, whenOffline }: WishKept, signature: CommandSignature | undefined) {
  const signed = signature === undefined ? {} : { signature };
  return { id, kind, args, ...(ifRev === undefined ? {} : { ifRev }), whenOffline, ...signed };
}
