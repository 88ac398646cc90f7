/** What has changed in the files since the person last looked, spec by spec, on the machines that are kept here. Counted by each machine's own clock; this device's only tells what is dated far in the future. */
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import type { AppState } from '../../state/app-state.ts';
import { baselinesOf, commandsOf, documentsOf, machinesWithDocuments } from '../../state/facts/sorts.ts';
import { type Baseline, isSeen, type Look } from '../../state/replica/baseline.ts';
import { looksOf } from './looks.ts';

/** A document that has changed: as it was, if this device had read it by then, and as it is. */
export interface ChangedDocument {
  readonly key: string;
  readonly before: Baseline | undefined;
  readonly after: Document | undefined;
}

/** A spec, or a document of none, that has changed. */
export interface ChangedSpec {
  readonly machine: string;
  readonly project: string;
  /** The spec's folder, or the document's path. */
  readonly item: string;
  /** Time of the last change, ms since 1970. */
  readonly at: number;
  /** The newest change first. */
  readonly documents: readonly ChangedDocument[];
}

/** Newest first. A machine that nobody has looked at yet has nothing new. */
export function changedSinceLooked(state: AppState): readonly ChangedSpec[] {
  const looks = looksOf(state);
  return machinesWithDocuments(state)
    .flatMap((machine) => {
      const look = looks.get(machine);
      return look === undefined ? [] : changedOf(state, machine, look);
    })
    .sort((a, b) => b.at - a.at);
}

function changedOf(state: AppState, machine: string, look: Look): readonly ChangedSpec[] {
  const documents = documentsOf(state, machine);
  const baselines = baselinesOf(state, machine);
  const changed: ChangedDocument[] = [];
  for (const [key, after] of Object.entries(documents)) {
    const before = baselines[key];
    if (isOfTheFuture(after)) continue;
    if (before === undefined ? after.mtime <= look.upTo : isSeen(before, after, look)) continue;
    if (before?.document?.rev !== after.rev) changed.push({ key, before, after });
  }
  for (const [key, before] of Object.entries(baselines))
    if (documents[key] === undefined && before.document !== null && !isSeen(before, undefined, look))
      changed.push({ key, before, after: undefined });
  return bySpec(machine, changed);
}

function bySpec(machine: string, changed: readonly ChangedDocument[]): readonly ChangedSpec[] {
  const groups = Map.groupBy(changed, (one) => {
    const document = documentOf(one);
    return `${document.project}\n${folderOf(document) ?? document.path}`;
  });
  return [...groups].map(([name, documents]) => {
    const [project = '', item = ''] = name.split('\n');
    const newest = documents.toSorted((a, b) => timeOf(b) - timeOf(a));
    return { machine, project, item, at: timeOf(newest[0] as ChangedDocument), documents: newest };
  });
}

/** As it is, or as it was. */
export function documentOf({ before, after }: ChangedDocument): Document {
  const document = after ?? before?.document;
  if (!document) throw new TypeError('a change of nothing');
  return document;
}

function timeOf({ before, after }: ChangedDocument): number {
  return after?.mtime ?? before?.at ?? 0;
}

/** Who has changed it: the person whose command left this rev, or undefined for somebody in the files. */
export function authorOf(
  state: AppState,
  machine: string,
  { after }: ChangedDocument,
): CommandSummary['by'] | undefined {
  if (after === undefined) return undefined;
  return commandsOf(state).find(
    (command) =>
      command.machine === machine &&
      command.state === 'done' &&
      (command.result as { readonly rev?: unknown } | undefined)?.rev === after.rev,
  )?.by;
}

/** The newest change of each of these machines: what has been seen once all of it has. */
export function newestChanges(state: AppState, machines: Iterable<string>): ReadonlyMap<string, number> {
  return new Map(
    [...machines].map((machine) => [
      machine,
      Object.values(documentsOf(state, machine))
        .filter((document) => !isOfTheFuture(document))
        .reduce((newest, { mtime }) => Math.max(newest, mtime), 0),
    ]),
  );
}

/** The same for the machines that nobody has looked at yet: what changes from now on is new. */
export function firstLooks(state: AppState): ReadonlyMap<string, number> {
  const looks = looksOf(state);
  return newestChanges(
    state,
    machinesWithDocuments(state).filter((machine) => !looks.has(machine)),
  );
}

/** A file that is dated years ahead would hide all changes until then, once it has been seen. A day leaves room for wrong clocks. */
function isOfTheFuture({ mtime }: Document): boolean {
  return mtime > Date.now() + 24 * 60 * 60_000;
}
