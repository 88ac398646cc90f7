/** Sends the results of commands on the data lane, as soon as the relay has what they changed, until it acknowledges them. */
import type { ResultItem, ResultsAnswer } from '#contract/bridge.ts';
import { documentKey } from '#contract/document-key.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import type { Pending } from './batch.ts';
import { firstThatFit } from './first-that-fit.ts';
import { type Contact, persist } from './persist.ts';
import type { Wakeup } from './wakeup.ts';

/** The source of results. */
export interface ResultSource {
  /** Results that the relay has not acknowledged, oldest first. */
  results(): readonly ResultItem[];
  /** The files and folders that a command has changed. */
  touchedBy(id: string): readonly Touched[];
  /** The relay has acknowledged them. */
  acknowledge(ids: readonly string[]): Promise<void>;
}

/** Paths in a project. */
export interface Touched {
  readonly project: string;
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface ResultsDeps {
  readonly client: Client;
  readonly epoch: number;
  readonly source: ResultSource;
  /** Changes that are not sent yet, in the order of sending. */
  readonly pending: Map<string, Pending>;
  /** Keys of changes that are being sent. */
  readonly telling: ReadonlySet<string>;
  /** Rings when there is a new result, and when changes have been sent. */
  readonly wakeup: Wakeup;
  readonly contact: Contact;
}

const itemsMax = 100;

/** Sends results until `signal` aborts. Throws LinkMoved. */
export async function runResults(deps: ResultsDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const items = firstThatFit(untoldFirst(deps).slice(0, itemsMax));
    if (items.length === 0) {
      await deps.wakeup.next(signal);
      continue;
    }
    const answer = await persist(() => send(deps, items, signal), { contact: deps.contact, signal, untilLost: true });
    await deps.source.acknowledge(takenOf(items, answer));
  }
}

/** The results whose effects the relay has, so that anyone who sees `done` also sees the change. Changes that other results wait for are sent next. */
function untoldFirst({ source, pending, telling }: ResultsDeps): readonly ResultItem[] {
  const asked = source.results().map((result) => {
    const touched = source.touchedBy(result.id);
    return { result, waitsFor: touched.flatMap((each) => keysOf(each, pending)), touched };
  });
  hasten(pending, new Set(asked.flatMap(({ waitsFor }) => waitsFor)));
  const isUnderWay = (touched: readonly Touched[]) => touched.some((each) => keysOf(each, telling).length > 0);
  return asked
    .filter(({ waitsFor, touched }) => waitsFor.length === 0 && !isUnderWay(touched))
    .map(({ result }) => result);
}

/** The keys that an effect has changed: files, and everything in folders. */
function keysOf(
  { project, files, folders }: Touched,
  keys: Pick<ReadonlySet<string>, 'has' | 'keys'>,
): readonly string[] {
  const named = files.map((path) => documentKey({ project, path })).filter((key) => keys.has(key));
  if (folders.length === 0) return named;
  const inside = folders.map((folder) => `${documentKey({ project, path: folder })}/`);
  return [...named, ...[...keys.keys()].filter((key) => inside.some((folder) => key.startsWith(folder)))];
}

/** Moves some pending changes to the front. */
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

/** Ids that we sent and that are in the relay's answer. */
function takenOf(items: readonly ResultItem[], answer: ResultsAnswer): readonly string[] {
  const named = new Set(answer.items.map(({ id }) => id));
  return items.map(({ id }) => id).filter((id) => named.has(id));
}
