/** Sends the answers of queries at once, on the data lane, because people wait for them. */
import type { AnswerItem } from '#contract/query.ts';
import type { Client } from '../net/client.ts';
import { firstThatFit } from './first-that-fit.ts';
import { type Contact, persist } from './persist.ts';
import type { Wakeup } from './wakeup.ts';

/** The source of answers. */
export interface AnswerSource {
  /** Answers that the relay has not acknowledged. */
  answers(): readonly AnswerItem[];
  answered(ids: readonly string[]): void;
}

export interface AnswersDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly source: AnswerSource;
  /** Rings when there is a new answer. */
  readonly wakeup: Wakeup;
  readonly contact: Contact;
}

/** Sends answers until `signal` aborts. Throws LinkMoved. */
export async function runAnswers(
  { client, epoch, source, wakeup, contact }: AnswersDeps,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const items = firstThatFit(source.answers());
    if (items.length === 0) {
      await wakeup.next(signal);
      continue;
    }
    const send = () => client.call('bridgeAnswers', { body: { epoch, items: [...items] }, gzip: true, signal });
    await persist(send, { contact, signal, untilLost: true });
    // Drop them whatever the outcome: nobody waits for them any longer.
    source.answered(items.map(({ id }) => id));
  }
}
