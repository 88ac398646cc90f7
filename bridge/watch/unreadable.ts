/** Files of a project that cannot be read: since when, and the condition for them. */
import type { Said } from '../conditions.ts';
import { glanceAt } from '../files/read.ts';
import type { Looked } from './pass.ts';
import { planRescan, tell, type WatchState } from './watch-state.ts';

/** Notes files that a look could not read, and files that are readable again. */
export function noteUnreadable(watch: WatchState, looked: Looked): void {
  const { unreadable } = watch;
  const isFirst = unreadable.size === 0;
  if (isFirst && looked.unreadable.size === 0) return;
  for (const path of looked.files) {
    if (!looked.unreadable.has(path)) unreadable.delete(path);
    else if (!unreadable.has(path)) unreadable.set(path, new Date());
  }
  say(watch);
  if (watch.scanned && isFirst && unreadable.size > 0) planRescan(watch);
}

/** Clears unreadable files that are gone, also those from before a restart. */
export async function settleUnreadable(watch: WatchState, paths: Iterable<string>): Promise<void> {
  const { unreadable, index, options } = watch;
  for (const path of paths) {
    if (!unreadable.has(path) || (await glanceAt(options.root, path)).is !== 'absent') continue;
    unreadable.delete(path);
    if (!index.documents.has(path)) tell(watch, [{ project: options.id, path }]);
  }
  say(watch);
}

function say({ options, unreadable }: WatchState): void {
  options.onCondition('unreadable', unreadableSaid(options.name, unreadable));
}

function unreadableSaid(name: string, unreadable: ReadonlyMap<string, Date>): Pick<Said, 'title' | 'hint'> | undefined {
  const [[path, since] = []] = unreadable;
  if (path === undefined || since === undefined) return undefined;
  const others = unreadable.size === 1 ? '' : ` and ${unreadable.size - 1} more of its files`;
  return {
    title: `${path}${others} cannot be read since ${since.toISOString()} (project ${name}). What was known before is still shown.`,
    hint: `Let the bridge's user read it: chmod u+r "${path}", or chown it.`,
  };
}
