/** Those who follow the projects and tell the relay records of them: decisions on approvals, progress, other checkouts. */
import type { DocumentKind } from '#contract/document.ts';
import { reasonOf } from '#contract/reason.ts';
import { openCheckoutsTold } from './approvals/checkouts-told.ts';
import { openDecisions } from './approvals/decisions.ts';
import type { DataFolder } from './data/data-folder.ts';
import type { Log } from './log.ts';
import { openProgress } from './progress/progress.ts';
import type { Projects } from './projects/projects.ts';
import type { FollowerDeps, RecordsTold } from './sync/follower.ts';
import type { Untold } from './sync/untold.ts';

/** `watched`: the projects, once they are watched. */
export function openFollowers(
  { data, log }: { readonly data: Pick<DataFolder, 'path'>; readonly log: Pick<Log, 'warn'> },
  { tell }: Pick<Untold, 'tell'>,
  watched: () => Projects | undefined,
  opened: AsyncDisposableStack,
) {
  const followed: FollowerDeps = {
    folder: data.path,
    document: (key) => watched()?.document(key),
    present: () => watched()?.whole() ?? new Set<string>(),
    tell,
    onTrouble: (error: unknown) => log.warn(`the data folder could not be written: ${reasonOf(error)}`),
  };
  const looking = {
    projects: () => watched()?.all() ?? [],
    tell,
    onTrouble: (error: unknown) => log.warn(`the files of other checkouts could not be read: ${reasonOf(error)}`),
  };
  const decisions = opened.use(openDecisions(followed));
  const progress = opened.use(openProgress(followed));
  const checkouts = opened.use(openCheckoutsTold(looking));
  const ofKind = (kind: DocumentKind) =>
    (watched()?.all() ?? []).flatMap(({ documents }) => [...documents.ofKind(kind)]);
  /** To be called when one more was read whole; before they are watched it does nothing. */
  const seeAll = () => {
    if (watched() === undefined) return;
    decisions.begin(ofKind('approval'));
    progress.begin(ofKind('tasks'));
  };
  return { decisions, progress, checkouts, seeAll };
}

/** The records of several parts, as one. */
export function recordsOf(...tellers: readonly RecordsTold[]): RecordsTold {
  return {
    revs: () => Object.assign({}, ...tellers.map(({ revs }) => revs())),
    wanted: (ids) => {
      for (const { wanted } of tellers) wanted(ids);
    },
  };
}
