/** Sends wishes and follows each until it has ended, also after a reload. `sending-steps.ts` has the steps. */
import type { CommandSummary } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { backoffMs } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import {
  cancelAtRelay,
  changeWish,
  look,
  post,
  type Sender,
  type SendingDeps,
  settle,
  waitFor,
} from './sending-steps.ts';
import { afterWord, hasEnded, predecessorOf, resumptionOf, revAfter, type WishKept } from './wish.ts';
import { unfinished } from './wishes.ts';

export interface Sending {
  /** Sends and follows a wish; resolves when it has ended. */
  see(wish: WishKept): Promise<void>;
  /** Continues with wishes that a reload or a closed tab has left. */
  resume(): void;
  /** The relay has sent news about a command. */
  heard(command: CommandSummary): void;
  /** The relay can be reached again. */
  back(): void;
  /** Cancels the command. Throws a Refusal or an Interruption. */
  cancel(id: string): Promise<void>;
}

/** Sends and follows the wishes of the list. */
export function createSending(deps: SendingDeps): Sending {
  const sender: Sender = { ...deps, waits: new Map() };
  const resume = () => {
    for (const wish of unfinished(deps.wishes.all())) if (!sender.waits.has(wish.id)) void resumeOne(sender, wish);
  };
  return {
    resume,
    see: (wish) => see(sender, wish),
    heard: (word) => hear(sender, word),
    back() {
      for (const wait of sender.waits.values()) wait.abort();
      resume();
    },
    async cancel(id) {
      const wish = deps.wishes.get(id);
      if (wish === undefined || hasEnded(wish)) return;
      if (wish.state === 'sending' && !wish.maybeTaken)
        await deps.wishes.put({ ...wish, state: 'cancelled', endedAt: Date.now() });
      else await cancelAtRelay(sender, wish);
      sender.waits.get(id)?.abort();
    },
  };
}

async function see(sender: Sender, { id }: WishKept): Promise<void> {
  await sender.alone(id, async () => {
    await afterPredecessor(sender, id);
    await post(sender, id);
    await follow(sender, id);
  });
}

async function resumeOne(sender: Sender, wish: WishKept): Promise<void> {
  const resumption = resumptionOf(wish, Date.now());
  if (resumption === 'nothing') return;
  if (resumption === 'send') return await see(sender, wish);
  await sender.alone(wish.id, async () => {
    await look(sender, wish.id);
    await follow(sender, wish.id);
  });
}

/** Waits for the earlier wish of this device on the same file, and continues from the version that it left. */
async function afterPredecessor({ wishes }: Sender, id: string): Promise<void> {
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

/** Waits until the wish has ended. Usually an event of the relay says so. */
async function follow(sender: Sender, id: string): Promise<void> {
  for (let looks = 0; ; looks += 1) {
    const wish = sender.wishes.get(id);
    if (wish === undefined || hasEnded(wish)) return;
    const told = sender.command(wish);
    if (looks === 0 && told !== undefined && tellsAll(told)) await settle(sender, told);
    else if (told === undefined || !isSettled(told.state)) await waitFor(sender, id, lookAfterMs(looks));
    else if (looks > 0) await waitFor(sender, id, backoffMs(looks, 0, 1));
    const after = sender.wishes.get(id);
    if (after !== undefined && !hasEnded(after)) await look(sender, id);
  }
}

function hear(sender: Sender, word: CommandSummary): void {
  const wish = sender.wishes.get(word.id);
  if (wish === undefined || wish.state === word.state) return;
  if (!isSettled(word.state)) void changeWish(sender, word.id, (before) => afterWord(before, word, Date.now()));
  else if (tellsAll(word)) void settle(sender, word);
  // The result was too large for the event. The tab that follows the wish fetches it, and ends the wish then.
  else if (hasEnded(wish)) void sender.alone(word.id, () => look(sender, word.id));
  else sender.waits.get(word.id)?.abort();
}

/** Whether the news about a settled command is complete. */
function tellsAll(word: CommandSummary): boolean {
  return isSettled(word.state) && (word.state !== 'done' || 'result' in word);
}

/** News comes by events. This interval is for events that the network loses. */
function lookAfterMs(looks: number): number {
  return Math.min(limits.presenceMs, 5000 * 1.6 ** looks);
}
