/** Telling how commands ended: as soon as the relay has what they changed, on the data lane, until it has taken it. */
import type { ResultItem, ResultsAnswer } from '#contract/bridge.ts';
import { documentKey } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import type { Pending } from './batch.ts';
import { type Contact, persist } from './persist.ts';
import type { Wakeup } from './wakeup.ts';

/** Where results come from. */
export interface ResultSource {
  /** Those that the relay has not taken yet, oldest first. */
  results(): readonly ResultItem[];
  /** What a command has changed, if it has changed anything: a file, or a folder that moved. */
  effectOf(id: string): Touched | undefined;
  /** The relay has taken them; they can be forgotten. */
  acknowledge(ids: readonly string[]): Promise<void>;
}

export interface Touched {
  readonly project: string;
  readonly path: string;
  readonly to?: string;
}

export interface ResultsDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly source: ResultSource;
  /** What the relay has not been told yet, in the order in which it will be. */
  readonly pending: Map<string, Pending>;
  /** Keys of what is being told. */
  readonly telling: ReadonlySet<string>;
  /** Goes off when there is a new result, and when something has been told. */
  readonly wakeup: Wakeup;
  readonly contact: Contact;
}

const itemsMax = 100;

/** Sends results until `signal` aborts. Throws LinkMoved. */
export async function runResults(deps: ResultsDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const items = someOf(untoldFirst(deps));
    if (items.length === 0) {
      await deps.wakeup.next(signal);
      continue;
    }
    const answer = await persist(() => send(deps, items, signal), { contact: deps.contact, signal, untilLost: true });
    await deps.source.acknowledge(takenOf(items, answer));
  }
}

/** The results whose effects the relay has: who has seen `done` sees what was done. What the others wait for is told next. */
function untoldFirst({ source, pending, telling }: ResultsDeps): readonly ResultItem[] {
  const asked = source.results().map((result) => {
    const effect = source.effectOf(result.id);
    return { result, waitsFor: effect === undefined ? [] : touchedBy(effect, pending), effect };
  });
  hasten(pending, new Set(asked.flatMap(({ waitsFor }) => waitsFor)));
  const isUnderWay = (effect: Touched | undefined) => effect !== undefined && touchedBy(effect, telling).length > 0;
  return asked
    .filter(({ waitsFor, effect }) => waitsFor.length === 0 && !isUnderWay(effect))
    .map(({ result }) => result);
}

/** Those of the keys that an effect has changed: a file, or all that lay in a folder that moved. */
function touchedBy({ project, path, to }: Touched, keys: Pick<ReadonlySet<string>, 'has' | 'keys'>): readonly string[] {
  if (to === undefined) {
    const key = documentKey({ project, path });
    return keys.has(key) ? [key] : [];
  }
  const folders = [path, to].map((folder) => `${documentKey({ project, path: folder })}/`);
  return [...keys.keys()].filter((key) => folders.some((folder) => key.startsWith(folder)));
}

/** Puts some of what is pending before the rest. */
function hasten(pending: Map<string, Pending>, first: ReadonlySet<string>): void {
  if (first.size === 0) return;
  const rest = [...pending];
  pending.clear();
  for (const isFirst of [true, false])
    for (const [key, entry] of rest) if (first.has(key) === isFirst) pending.set(key, entry);
}

async function send(
  { client, epoch }: ResultsDeps,
  items: readonly ResultItem[],
  signal: AbortSignal,
): Promise<ResultsAnswer> {
  const answer = await client.call('bridgeResults', { body: { epoch, items: [...items] }, gzip: true, signal });
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
