/** What the one tab does that hears: brings the facts up to date, then keeps them so by the stream. After each wait the signal is looked at again: who has signed out meanwhile wants nothing taken. */
import type { CommandSummary } from '#contract/command.ts';
import type { Event } from '#contract/event.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { type Api, Interruption } from '../api.ts';
import type { Rung } from './app-state.ts';
import { noChanges } from './facts.ts';
import { backoffMs } from './ladder.ts';
import type { Ledger } from './ledger.ts';
import { pause, withInner } from './pause.ts';
import { changesOfEvent, changesOfMachines, changesOfRemoval, changesOfSnapshot } from './reduce.ts';
import { type LadderKept, type Place, type Pokes, runStream, type StreamSink } from './stream.ts';

export interface HearingDeps {
  readonly api: Api;
  readonly ledger: Ledger;
  readonly pokes: Pokes;
  readonly ladder: LadderKept;
  readonly rung: (rung: Rung) => void;
  readonly heard: () => void;
  /** The relay wants a newer app. */
  readonly outdated: () => void;
}

/** Hears until `signal` aborts. Never throws. */
export async function runHearing(deps: HearingDeps, signal: AbortSignal): Promise<void> {
  deps.rung('connecting');
  const sink = createSink(deps, signal);
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await begin(deps, signal);
      return await runStream(deps.api, sink, deps.pokes, deps.ladder, signal);
    } catch (error) {
      if (signal.aborted) return;
      deps.rung('offline');
      const retryAfterMs = error instanceof Interruption ? error.retryAfterMs : 0;
      await pauseUntilPoked(backoffMs(failures, retryAfterMs, Math.random()), deps.pokes, signal);
    }
  }
}

async function pauseUntilPoked(ms: number, pokes: Pokes, signal: AbortSignal): Promise<void> {
  await withInner(signal, async (wait) => {
    const deaf = pokes.listen(() => wait.abort());
    await pause(ms, wait.signal);
    deaf();
  });
}

/** From what the replica knows, or from nothing, to a place in the stream. */
async function begin({ api, ledger }: HearingDeps, signal: AbortSignal): Promise<void> {
  const { place } = ledger.progress();
  if (place === undefined) {
    const { offset, handle } = await api.call('stream', { query: { offset: 'now' }, signal });
    return readAll(api, ledger, { offset, handle }, signal);
  }
  const listed = await readMachines(api, signal);
  signal.throwIfAborted();
  ledger.take(changesOfMachines(listed, ledger.facts), ledger.progress());
  for (const { id } of listed) if (!ledger.progress().held.includes(id)) await readMachine(api, ledger, id, signal);
}

/** Reads every machine anew. Only then is `place` a place to go on from. */
async function readAll(api: Api, ledger: Ledger, place: Place, signal: AbortSignal): Promise<void> {
  const listed = await readMachines(api, signal);
  signal.throwIfAborted();
  ledger.take(changesOfMachines(listed, ledger.facts), { place: undefined, held: [] });
  for (const id of [...ledger.facts.machines.keys()]) await readMachine(api, ledger, id, signal);
  ledger.take(noChanges(), { ...ledger.progress(), place });
}

async function readMachines(api: Api, signal: AbortSignal): Promise<readonly Machine[]> {
  const machines: Machine[] = [];
  let after: string | undefined;
  do {
    const page = await api.call('machines', { query: { limit: limits.pageItemsMax, after }, signal });
    machines.push(...page.items);
    after = page.next === undefined ? undefined : afterOf(page.next);
  } while (after !== undefined);
  return machines;
}

/** `next` is a path; its `after` is what the following page is asked with. */
function afterOf(next: string): string | undefined {
  return new URL(next, 'https://relay.invalid').searchParams.get('after') ?? undefined;
}

/** Makes the facts of one machine those that the relay holds; one that is gone by now goes here too. */
async function readMachine(api: Api, ledger: Ledger, machine: string, signal: AbortSignal): Promise<void> {
  const parameters = { machine };
  try {
    const snapshot = await api.call('snapshot', { parameters, signal, timeoutMs: 3 * limits.answerMs });
    const { items } = await api.call('commands', { parameters, query: { limit: limits.pageItemsDefault }, signal });
    signal.throwIfAborted();
    const { place, held } = ledger.progress();
    const known = { place, held: [...new Set([...held, machine])] };
    ledger.take(changesOfSnapshot(snapshot, items.filter(isSafe), ledger.facts), known);
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'machine-unknown') throw error;
    ledger.take(changesOfRemoval(machine, ledger.facts), ledger.progress());
  }
}

/** Ids become keys of objects. */
function isSafe({ id }: CommandSummary): boolean {
  return id !== '__proto__';
}

function createSink({ api, ledger, rung, heard, outdated }: HearingDeps, signal: AbortSignal): StreamSink {
  async function take(event: Event): Promise<void> {
    const changes = changesOfEvent(event, ledger.facts);
    const { place, held } = ledger.progress();
    ledger.take(changes, {
      place,
      held: event.type === 'machine-removed' ? held.filter((id) => id !== event.machine) : held,
    });
    if (event.type === 'machine-changed' && !held.includes(event.machine))
      await readMachine(api, ledger, event.machine, signal);
  }

  return {
    // A reading of everything that broke off midway has left no place: it begins again.
    place: () => ledger.progress().place ?? { offset: 'now', handle: '' },
    async events(events, place) {
      signal.throwIfAborted();
      if (ledger.progress().place === undefined) return await readAll(api, ledger, place, signal);
      for (const event of events) await take(event);
      ledger.take(noChanges(), { ...ledger.progress(), place });
    },
    reset: (place) => readAll(api, ledger, place, signal),
    hello(_place, minApp) {
      if (minApp !== undefined && isOlder(VERSION, minApp)) outdated();
    },
    heard,
    rung,
  };
}

/** Whether one release (`1.2.3`) is older than another. */
function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
