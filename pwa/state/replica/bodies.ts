/** The bodies of documents: read from the replica, else from the relay, and kept while a document uses them. `fetch-ahead.ts` fetches them in advance. */
import { type Api, Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import type { Facts } from '../facts/facts.ts';
import { baselineFacts, documentFacts, machineFacts } from '../facts/sorts.ts';
import { type BodyKept, type BodyText, bodyText, checkedBody } from './checked-body.ts';
import type { Replica } from './replica.ts';

/** Message of one tab to the others: these bodies are in the replica now, or were removed from it. */
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
  /** Share of the bodies that this device has, 0 to 1. */
  readonly show: (machine: string, here: number) => void;
  /** The browser has no room for more. */
  readonly full: () => void;
}

export interface Bodies {
  /** A body, checked against its rev; undefined if neither replica nor relay has it. Throws an Interruption if the relay is needed and cannot be reached. */
  body(machine: string, rev: string): Promise<BodyKept | undefined>;
  /** The same as text, to be read. */
  text(machine: string, rev: string): Promise<BodyText | undefined>;
  restore(here: ReadonlyMap<string, ReadonlySet<string>>): void;
  hear(word: BodiesWord): void;
  /** Documents of these machines have changed. */
  changed(machines: Iterable<string>): void;
  clear(): void;
  /** Machines with bodies on this device. */
  machines(): readonly string[];
  has(machine: string, rev: string): boolean;
  /** Stores checked bodies; rejects if there is no space. */
  keep(machine: string, checked: ReadonlyMap<string, BodyKept>): Promise<void>;
  /** Drops bodies that no document of the machine uses any longer. */
  drop(machine: string): Promise<void>;
}

/** Revs whose bodies this device has, by machine. */
type Here = Map<string, Set<string>>;

/** The bodies behind `facts`. */
export function createBodies(deps: BodiesDeps): Bodies {
  const here: Here = new Map();
  const hear = (word: BodiesWord) => note(deps, here, word);
  const keep = (machine: string, checked: ReadonlyMap<string, BodyKept>) => keepBodies(deps, hear, machine, checked);
  return {
    hear,
    keep,
    body: (machine, rev) => read(deps, keep, machine, rev),
    async text(machine, rev) {
      const body = await read(deps, keep, machine, rev);
      return body === undefined ? undefined : bodyText(body);
    },
    restore(restored) {
      for (const [machine, revs] of restored) for (const rev of revs) revsOf(here, machine).add(rev);
      for (const machine of machineFacts(deps.facts).keys()) showShare(deps, here, machine);
    },
    changed(machines) {
      for (const machine of machines) showShare(deps, here, machine);
    },
    clear: () => here.clear(),
    machines: () => [...here.keys()],
    has: (machine, rev) => here.get(machine)?.has(rev) === true,
    async drop(machine) {
      const held = new Set([...documentFacts(deps.facts, machine).values()].map(({ rev }) => rev));
      for (const { document } of baselineFacts(deps.facts, machine)) if (document !== null) held.add(document.rev);
      const dropped = [...revsOf(here, machine)].filter((rev) => !held.has(rev));
      if (dropped.length === 0) return;
      await deps.replica().dropBodies(machine, dropped);
      tell(deps, hear, { type: 'bodies', machine, added: [], dropped });
    },
  };
}

function revsOf(here: Here, machine: string): Set<string> {
  const revs = here.get(machine) ?? new Set<string>();
  here.set(machine, revs);
  return revs;
}

function note(deps: BodiesDeps, here: Here, { machine, added, dropped }: BodiesWord): void {
  const revs = revsOf(here, machine);
  for (const rev of added) revs.add(rev);
  for (const rev of dropped) revs.delete(rev);
  showShare(deps, here, machine);
  if (revs.size === 0) here.delete(machine);
}

function tell(deps: BodiesDeps, hear: (word: BodiesWord) => void, word: BodiesWord): void {
  hear(word);
  deps.tell(word);
}

function showShare({ facts, show }: BodiesDeps, here: Here, machine: string): void {
  const revs = new Set<string>();
  for (const { rev, body } of documentFacts(facts, machine).values()) if (body !== 'omitted') revs.add(rev);
  const known = here.get(machine);
  let count = 0;
  for (const rev of revs) if (known?.has(rev)) count += 1;
  show(machine, revs.size === 0 ? 1 : count / revs.size);
}

async function keepBodies(
  deps: BodiesDeps,
  hear: (word: BodiesWord) => void,
  machine: string,
  checked: ReadonlyMap<string, BodyKept>,
): Promise<void> {
  await deps.replica().putBodies(machine, checked);
  tell(deps, hear, { type: 'bodies', machine, added: [...checked.keys()], dropped: [] });
}

async function read(
  { api, replica, facts, full }: BodiesDeps,
  keep: Bodies['keep'],
  machine: string,
  rev: string,
): Promise<BodyKept | undefined> {
  const kept = await replica()
    .body(machine, rev)
    .catch(() => undefined);
  const known = kept === undefined ? undefined : await checkedBody(rev, kept);
  if (known !== undefined) return known;
  const body = await fetchOne(api, machine, rev);
  const isHeld = [...documentFacts(facts, machine).values()].some((document) => document.rev === rev);
  if (body !== undefined && isHeld) await keep(machine, new Map([[rev, body]])).catch(full);
  return body;
}

async function fetchOne(api: Api, machine: string, rev: string): Promise<BodyKept | undefined> {
  try {
    const body = await checkedBody(rev, await api.bytes('body', { machine, rev }));
    if (body === undefined) throw new Interruption('the bytes do not match the rev that was asked for');
    return body;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
