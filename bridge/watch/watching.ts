/** Starts the watcher of a project, again whenever its ground has changed, and says where it has too few watches. */
import { channel } from 'node:diagnostics_channel';
import { inFolder } from './describe.ts';
import { mayMatter } from './ground.ts';
import { turnToPresent, type WatchState } from './watch-state.ts';
import { startWatcher } from './watcher.ts';

/** The watcher's hint, for benchmarks. */
const seen = channel('sallyport:bridge:seen');

/** Watches the current ground in place of the previous one. Resolves when everything is watched, as far as there are watches. */
export async function watchAnew(watch: WatchState): Promise<void> {
  const { options } = watch;
  await stopWatching(watch);
  if (options.watch === 'poll') return;
  const starting = startWatcher({
    root: options.root,
    watches: (path) => mattersTo(watch, path),
    first: (path) => leadsTo(watch, path),
    onHint: (path) => {
      seen.publish(path);
      watch.touch(path);
    },
    budget: options.watches,
    onBare: () => noteBare(watch),
  });
  const stop = async () => await (await starting)[Symbol.asyncDispose]();
  watch.watcher = { [Symbol.asyncDispose]: stop };
  const watcher = await starting;
  // Stopped meanwhile.
  if (watch.watcher?.[Symbol.asyncDispose] !== stop) return;
  watch.watcher = watcher;
  noteBare(watch);
}

/** Whether a path may matter to the current ground. */
export function mattersTo({ ground }: WatchState, path: string): boolean {
  return ground !== undefined && mayMatter(ground, path);
}

/** Whether a folder is one of a layout, or leads to one: specs begin there. */
function leadsTo({ ground }: WatchState, path: string): boolean {
  return (ground?.layouts ?? []).some(({ layout: { folders, files } }) =>
    [...folders, ...files].some((each) => inFolder(each, path)),
  );
}

/** Ends the watcher, if there is one. */
export async function stopWatching(watch: WatchState): Promise<void> {
  const { watcher } = watch;
  watch.watcher = undefined;
  await watcher?.[Symbol.asyncDispose]();
}

/** Folders without a watch are looked at. */
function noteBare(watch: WatchState): void {
  const { watcher } = watch;
  if (watcher === undefined || !('bare' in watcher)) return;
  const { slices } = watch;
  const { bare } = watcher;
  // Some more or less of many are not worth saying.
  const isNews = slices.bare === 0 ? bare.size > 0 : Math.abs(bare.size - slices.bare) * 10 > slices.bare;
  if (isNews) {
    Object.assign(slices, { bare: bare.size, of: bare.size + watcher.count(), why: watcher.why() });
    turnToPresent(watch);
  }
  if (bare.size > 0) watch.lookInSlices();
}
