/** The sorts of items that this app knows: the feed of each, the type of its values, and typed access. Unknown sorts are stored like the others, and no screen shows them. */
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import { feedOfMachine, machineOfFeed, organisationFeed, personFeed } from '#contract/feed-name.ts';
import type { Machine } from '#contract/machine.ts';
import type { Notice } from '#contract/notice.ts';
import type { RecordItem } from '#contract/record.ts';
import { type Baseline, baselineSort } from '../replica/baseline.ts';
import type { Changes, Facts } from './facts.ts';

/** The values of each sort. */
interface Sorts {
  readonly document: Document;
  readonly command: CommandSummary;
  readonly machine: Machine;
  readonly notice: Notice;
  readonly record: RecordItem;
}
type Sort = keyof Sorts;
type Fields = { readonly [field: string]: unknown };

/** Checks just enough for screens to draw the value, without loading the schemas. */
const checks: Readonly<Record<Sort, (value: Fields, key: string) => boolean>> = {
  document: ({ project, path, rev, kind, meta }) =>
    [project, path, rev, kind].every((field) => typeof field === 'string') && isObject(meta),
  command: ({ id, state }, key) => id === key && typeof state === 'string',
  machine: ({ id, projects }, key) => id === key && Array.isArray(projects),
  notice: ({ topic, title, since, link }) =>
    [topic, title, since].every((field) => typeof field === 'string') && isObject(link) && typeof link.key === 'string',
  record: ({ id, kind, state, meta }, key) =>
    id === key && typeof kind === 'string' && typeof state === 'string' && isObject(meta),
};

/** Whether a value is valid for its sort. For an unknown sort, whether it is an object. */
export function isOfSort(sort: string, key: string, value: unknown): value is object {
  return isObject(value) && (!Object.hasOwn(checks, sort) || checks[sort as Sort](value, key));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Among the facts, the items of a sort in a feed. */
export function factsOf<Of extends Sort>(facts: Facts, sort: Of, feed: string): ReadonlyMap<string, Sorts[Of]> {
  return (facts.get(sort)?.get(feed) ?? none) as ReadonlyMap<string, Sorts[Of]>;
}

/** The documents of a machine among the facts, by `documentKey`. */
export function documentFacts(facts: Facts, machine: string): ReadonlyMap<string, Document> {
  return factsOf(facts, 'document', feedOfMachine(machine));
}

/** The records of a machine among the facts. */
export function recordFacts(facts: Facts, machine: string): readonly RecordItem[] {
  return [...factsOf(facts, 'record', feedOfMachine(machine)).values()];
}

/** The baselines of a machine among the facts. */
export function baselineFacts(facts: Facts, machine: string): readonly Baseline[] {
  return [...(facts.get(baselineSort)?.get(feedOfMachine(machine))?.values() ?? [])] as Baseline[];
}

/** The machines among the facts, by id. */
export function machineFacts(facts: Facts): ReadonlyMap<string, Machine> {
  return factsOf(facts, 'machine', organisationFeed);
}

/** The commands among changes. */
export function changedCommands(changes: Changes): readonly CommandSummary[] {
  const feeds = [...(changes.get('command')?.values() ?? [])] as ReadonlyMap<string, CommandSummary | null>[];
  return feeds.flatMap((commands) => [...commands.values()].filter((command) => command !== null));
}

/** The same for the screens, as a Solid store. */
export type ShownItems = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, object>>>>>>;
interface Shown {
  readonly items: ShownItems;
}

function shownOf<Of extends Sort>({ items }: Shown, sort: Of, feed: string): Readonly<Record<string, Sorts[Of]>> {
  return (items[sort]?.[feed] ?? nothing) as Readonly<Record<string, Sorts[Of]>>;
}

/** The documents of a machine by `documentKey`, including optimistic ones. */
export function documentsOf(state: Shown, machine: string): Readonly<Record<string, Document>> {
  return shownOf(state, 'document', feedOfMachine(machine));
}

/** What documents of a machine were when the person last looked, by `documentKey`; only of those that have changed since. */
export function baselinesOf({ items }: Shown, machine: string): Readonly<Record<string, Baseline>> {
  return (items[baselineSort]?.[feedOfMachine(machine)] ?? nothing) as Readonly<Record<string, Baseline>>;
}

/** Ids of the machines whose documents this device has. */
export function machinesWithDocuments({ items }: Shown): readonly string[] {
  return Object.keys(items.document ?? nothing).flatMap((feed) => machineOfFeed(feed) ?? []);
}

/** The organisation's machines, by id; which of them are kept here is in `kept-machines.ts`. */
export function machinesOf(state: Shown): Readonly<Record<string, Machine>> {
  return shownOf(state, 'machine', organisationFeed);
}

/** The notices of the organisation, by key. */
export function noticesOf(state: Shown): Readonly<Record<string, Notice>> {
  return shownOf(state, 'notice', organisationFeed);
}

/** The person's own records of a kind, with this device's pending changes. */
export function ownRecords(state: Shown, kind: string): readonly RecordItem[] {
  return Object.values(shownOf(state, 'record', personFeed)).filter((record) => record.kind === kind);
}

/** Those of the organisation. */
export function sharedRecords(state: Shown, kind: string): readonly RecordItem[] {
  return Object.values(shownOf(state, 'record', organisationFeed)).filter((record) => record.kind === kind);
}

/** Those of a machine. */
export function machineRecords(state: Shown, machine: string, kind: string): readonly RecordItem[] {
  return Object.values(shownOf(state, 'record', feedOfMachine(machine))).filter((record) => record.kind === kind);
}

/** The live and the recent commands of the machines that are kept here, of any author. */
export function commandsOf({ items }: Shown): readonly CommandSummary[] {
  return Object.values(items.command ?? nothing).flatMap((commands) => Object.values(commands) as CommandSummary[]);
}

const none: ReadonlyMap<string, never> = new Map<string, never>();
const nothing: Readonly<Record<string, never>> = Object.freeze(Object.create(null));
