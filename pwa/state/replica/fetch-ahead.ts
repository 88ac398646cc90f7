/** Fetches the bodies of all documents in the background, the most important first, so that they can be read offline. Drops bodies that no document uses any longer. */

import type { Document } from '#contract/document.ts';
import { machineOfFeed } from '#contract/feed-name.ts';
import { backoffMs } from '#contract/ladder.ts';
import { limits } from '#contract/limits.ts';
import { type Api, Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import type { Facts } from '../facts/facts.ts';
import { documentFacts } from '../facts/sorts.ts';
import { pause, withInner } from '../stream/pause.ts';
import type { Bodies } from './bodies.ts';
import { type BodyKept, bytesOfBase64, checkedBody } from './checked-body.ts';

export interface FetchAheadDeps {
  readonly api: Api;
  readonly facts: Facts;
  readonly bodies: Bodies;
  /** Whether the browser stores anything. */
  readonly keeps: () => boolean;
  /** The browser has no room for more. */
  readonly full: () => void;
}

export interface FetchAhead {
  /** There may be more to fetch, or to drop. */
  nudge(): void;
  /** Runs until `signal` aborts. Never throws. */
  run(signal: AbortSignal): Promise<void>;
}

/** Kinds of documents that people read first when offline. */
const order: readonly string[] = ['spec', 'requirements', 'design', 'tasks', 'steering', 'approval', 'sub-spec'];

/** Inactive until it runs. */
export function createFetchAhead(deps: FetchAheadDeps): FetchAhead {
  let awake = new AbortController();
  return {
    nudge: () => awake.abort(),
    async run(signal) {
      /** Requested but not received: not requested again until the stream starts again. */
      const missing = new Set<string>();
      for (let failures = 0; !signal.aborted; )
        await withInner(signal, async (rest) => {
          awake = rest;
          try {
            if (deps.keeps()) await tidy(deps, missing, signal);
            failures = 0;
            await pause(limits.streamRecycleMs, rest.signal);
          } catch (error) {
            if (signal.aborted) return;
            if (!(error instanceof Interruption || error instanceof Refusal)) deps.full();
            failures += 1;
            await pause(backoffMs(failures, 0, 1), signal);
          }
        });
    },
  };
}

async function tidy(deps: FetchAheadDeps, missing: Set<string>, signal: AbortSignal): Promise<void> {
  const { facts, bodies } = deps;
  const machines = [...(facts.get('document')?.keys() ?? [])].flatMap((feed) => machineOfFeed(feed) ?? []);
  for (const machine of new Set([...machines, ...bodies.machines()])) {
    await bodies.drop(machine);
    bodies.changed([machine]);
    while (!signal.aborted && (await fetchSome(deps, missing, machine, signal)));
  }
}

/** Fetches some bodies; false if there is nothing to fetch. */
async function fetchSome(
  { api, facts, bodies }: FetchAheadDeps,
  missing: Set<string>,
  machine: string,
  signal: AbortSignal,
): Promise<boolean> {
  const wanted = wantedRevs(documentFacts(facts, machine).values(), (rev) => {
    return bodies.has(machine, rev) || missing.has(`${machine}/${rev}`);
  });
  if (wanted.length === 0) return false;
  const revs = wanted.slice(0, limits.bodiesPerRequestMax);
  const { items } = await api.call('bodies', {
    parameters: { machine },
    query: { revs: revs.join(',') },
    signal,
    timeoutMs: 3 * limits.answerMs,
  });
  const checked = new Map<string, BodyKept>();
  for (const { rev, text, bodyBase64 = '' } of items) {
    const body = await checkedBody(rev, text ?? bytesOfBase64(bodyBase64) ?? '');
    if (body === undefined) missing.add(`${machine}/${rev}`);
    else if (revs.includes(rev)) checked.set(rev, body);
  }
  // Nothing is stored if the person has signed out meanwhile.
  signal.throwIfAborted();
  // A missing body may just not have fitted into the answer. If none came, each is too large or not at the relay.
  if (checked.size === 0) for (const rev of revs) missing.add(`${machine}/${rev}`);
  else await bodies.keep(machine, checked);
  return true;
}

/** Revs to fetch, the most wanted first. */
function wantedRevs(documents: Iterable<Document>, isHere: (rev: string) => boolean): string[] {
  const wanted = [...documents].filter(({ body, rev }) => body === 'held' && !isHere(rev));
  const rank = ({ kind }: Document) => (order.indexOf(kind) + order.length) % order.length;
  wanted.sort((a, b) => rank(a) - rank(b) || b.mtime - a.mtime);
  return [...new Set(wanted.map(({ rev }) => rev))];
}
