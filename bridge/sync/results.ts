/** Telling how commands ended: at once, on the data lane, until the relay has taken it. */
import type { ResultItem, ResultsAnswer } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import { type Contact, persist } from './persist.ts';
import type { Wakeup } from './wakeup.ts';

/** Where results come from. */
export interface ResultSource {
  /** Those that the relay has not taken yet, oldest first. */
  results(): readonly ResultItem[];
  /** The relay has taken them; they can be forgotten. */
  acknowledge(ids: readonly string[]): Promise<void>;
}

export interface ResultsDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly source: ResultSource;
  /** Goes off when there is a new result. */
  readonly wakeup: Wakeup;
  readonly contact: Contact;
}

const itemsMax = 100;

/** Sends results until `signal` aborts. Throws LinkMoved. */
export async function runResults(deps: ResultsDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const items = someOf(deps.source.results());
    if (items.length === 0) {
      await deps.wakeup.next(signal);
      continue;
    }
    const answer = await persist(() => send(deps, items, signal), { contact: deps.contact, signal, untilLost: true });
    await deps.source.acknowledge(takenOf(items, answer));
  }
}

async function send(
  { client, epoch }: ResultsDeps,
  items: readonly ResultItem[],
  signal: AbortSignal,
): Promise<ResultsAnswer> {
  const answer = await client.call('bridgeResults', { json: { epoch, items: [...items] }, gzip: true, signal });
  if (takenOf(items, answer).length > 0) return answer;
  throw new Interruption(`${client.where} answered results with none of them.`, { breakage: 'answered' });
}

/** Ids of those that we sent and the relay names. */
function takenOf(items: readonly ResultItem[], answer: ResultsAnswer): readonly string[] {
  const named = new Set(answer.items.map(({ id }) => id));
  return items.map(({ id }) => id).filter((id) => named.has(id));
}

/** The first ones that fit into a request. */
function someOf(results: readonly ResultItem[]): readonly ResultItem[] {
  const some: ResultItem[] = [];
  let size = 0;
  for (const item of results.slice(0, itemsMax)) {
    size += Buffer.byteLength(JSON.stringify(item));
    if (some.length > 0 && size > limits.inlineBodyBytesMax) break;
    some.push(item);
  }
  return some;
}
