/** The bytes of documents as text: read from the replica, else from the relay; fetched ahead in the background, what matters most first, and dropped when no document holds them any more. */
import type { Document, DocumentKind } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { type Api, Interruption } from '../api.ts';
import { type BodyKept, type BodyText, bodyText, bytesOfBase64, checkedBody } from './checked-body.ts';
import type { Facts } from './facts.ts';
import { backoffMs } from './ladder.ts';
import { pause, withInner } from './pause.ts';
import type { Replica } from './replica.ts';

/** What one tab tells the others: these bodies are in the replica now, or gone from it. */
export interface BodiesWord {
  readonly type: 'bodies';
  readonly machine: string;
  readonly added: readonly string[];
  readonly dropped: readonly string[];
}

export interface BodiesDeps {
  readonly api: Api;
  readonly replica: () => Replica;
  readonly facts: Facts;
  readonly tell: (word: BodiesWord) => void;
  /** How much is here, 0 to 1. */
  readonly show: (machine: string, here: number) => void;
  /** The browser has no room for more. */
  readonly full: () => void;
}

export interface Bodies {
  /** A body, checked against its rev; undefined where nobody has it. Throws an Interruption where the relay would have to be asked and cannot be. */
  text(machine: string, rev: string): Promise<BodyText | undefined>;
  restore(here: ReadonlyMap<string, ReadonlySet<string>>): void;
  hear(word: BodiesWord): void;
  /** Documents of these machines have changed. */
  nudge(machines: Iterable<string>): void;
  /** Fetches ahead and drops what is held no more, until `signal` aborts. Never throws. */
  run(signal: AbortSignal): Promise<void>;
  clear(): void;
}

/** What is read first where there is no network. */
const order: readonly DocumentKind[] = ['spec', 'requirements', 'design', 'tasks', 'steering', 'approval', 'sub-spec'];

/** The bodies behind `facts`. */
export function createBodies({ api, replica, facts, tell, show, full }: BodiesDeps): Bodies {
  const here = new Map<string, Set<string>>();
  /** Asked for and not given: not asked again until hearing begins anew. */
  const missing = new Set<string>();
  let awake = new AbortController();

  const hereOf = (machine: string) => {
    const revs = here.get(machine) ?? new Set<string>();
    here.set(machine, revs);
    return revs;
  };

  function showShare(machine: string): void {
    const revs = new Set<string>();
    for (const { rev, body } of facts.documents.get(machine)?.values() ?? []) if (body !== 'omitted') revs.add(rev);
    const held = hereOf(machine);
    let count = 0;
    for (const rev of revs) if (held.has(rev)) count += 1;
    show(machine, revs.size === 0 ? 1 : count / revs.size);
  }

  function note(word: BodiesWord): void {
    const revs = hereOf(word.machine);
    for (const rev of word.added) revs.add(rev);
    for (const rev of word.dropped) revs.delete(rev);
    showShare(word.machine);
  }

  async function keep(machine: string, checked: ReadonlyMap<string, BodyKept>): Promise<void> {
    await replica().putBodies(machine, checked);
    const word: BodiesWord = { type: 'bodies', machine, added: [...checked.keys()], dropped: [] };
    note(word);
    tell(word);
  }

  async function drop(machine: string): Promise<void> {
    const held = new Set([...(facts.documents.get(machine)?.values() ?? [])].map(({ rev }) => rev));
    const dropped = [...hereOf(machine)].filter((rev) => !held.has(rev));
    if (dropped.length === 0) return;
    await replica().dropBodies(machine, dropped);
    const word: BodiesWord = { type: 'bodies', machine, added: [], dropped };
    note(word);
    tell(word);
  }

  /** Fetches some of what is wanted; false when there is nothing to fetch. */
  async function fetchSome(machine: string, signal: AbortSignal): Promise<boolean> {
    const wanted = wantedRevs(facts.documents.get(machine)?.values() ?? [], (rev) => {
      return hereOf(machine).has(rev) || missing.has(`${machine}/${rev}`);
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
    // Who has signed out meanwhile wants nothing kept.
    signal.throwIfAborted();
    // What is left out may only not have fitted; when nothing fits, each is too large or not there.
    if (checked.size === 0) for (const rev of revs) missing.add(`${machine}/${rev}`);
    else await keep(machine, checked);
    return true;
  }

  async function tidy(signal: AbortSignal): Promise<void> {
    for (const machine of [...facts.machines.keys()]) {
      await drop(machine);
      showShare(machine);
      while (!signal.aborted && (await fetchSome(machine, signal)));
    }
    for (const machine of [...here.keys()]) if (!facts.machines.has(machine)) await drop(machine);
  }

  async function fetchOne(machine: string, rev: string): Promise<BodyKept | undefined> {
    try {
      const body = await checkedBody(rev, await api.bytes(machine, rev));
      if (body === undefined) throw new Interruption('the bytes do not match the rev that was asked for');
      return body;
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

  async function keptOne(machine: string, rev: string): Promise<BodyKept | undefined> {
    const kept = await replica()
      .body(machine, rev)
      .catch(() => undefined);
    return kept === undefined ? undefined : await checkedBody(rev, kept);
  }

  return {
    async text(machine, rev) {
      const kept = await keptOne(machine, rev);
      if (kept !== undefined) return bodyText(kept);
      const body = await fetchOne(machine, rev);
      const isHeld = [...(facts.documents.get(machine)?.values() ?? [])].some((document) => document.rev === rev);
      if (body !== undefined && isHeld) await keep(machine, new Map([[rev, body]])).catch(full);
      return body === undefined ? undefined : bodyText(body);
    },
    restore(restored) {
      for (const [machine, revs] of restored) for (const rev of revs) hereOf(machine).add(rev);
      for (const machine of facts.machines.keys()) showShare(machine);
    },
    hear: note,
    nudge(machines) {
      for (const machine of machines) showShare(machine);
      awake.abort();
    },
    async run(signal) {
      missing.clear();
      for (let failures = 0; !signal.aborted; )
        await withInner(signal, async (turn) => {
          awake = turn;
          try {
            if (replica().kept) await tidy(signal);
            failures = 0;
            await pause(limits.streamRecycleMs, turn.signal);
          } catch (error) {
            if (signal.aborted) return;
            if (!(error instanceof Interruption || error instanceof Problem)) full();
            failures += 1;
            await pause(backoffMs(failures, 0, 1), signal);
          }
        });
    },
    clear() {
      here.clear();
      missing.clear();
    },
  };
}

/** Revs to fetch, the most wanted first. */
function wantedRevs(documents: Iterable<Document>, isHere: (rev: string) => boolean): string[] {
  const wanted = [...documents].filter(({ body, rev }) => body === 'held' && !isHere(rev));
  const rank = ({ kind }: Document) => (order.indexOf(kind) + order.length) % order.length;
  wanted.sort((a, b) => rank(a) - rank(b) || b.mtime - a.mtime);
  return [...new Set(wanted.map(({ rev }) => rev))];
}
