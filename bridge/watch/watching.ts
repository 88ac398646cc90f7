/** Starts the watcher of a project, again whenever its ground has changed, and handles a system without more watches. */
import { channel } from 'node:diagnostics_channel';
import { mayMatter } from './ground.ts';
import { turnToPresent, type WatchState } from './watch-state.ts';
import { startWatcher } from './watcher.ts';

/** The watcher's hint, for benchmarks. */
const seen = channel('sallyport:bridge:seen');

/** Watches the current ground in place of the previous one. Resolves before everything is watched; a rescan follows then. */
export async function watchAnew(watch: WatchState): Promise<void> {
  const { options, timers } = watch;
  await stopWatching(watch);
  if (watch.exhausted !== undefined) return;
  if (options.watch === 'poll') return options.onReady?.();
  const starting = startWatcher({
    root: options.root,
    watches: (path) => mattersTo(watch, path),
    onHint: (path) => {
      seen.publish(path);
      watch.touch(path);
    },
    onExhausted: (sentence) => giveUp(watch, sentence),
  });
  watch.watcher = { [Symbol.asyncDispose]: async () => (await starting)[Symbol.asyncDispose]() };
  void starting.then(() =>
    timers.set('soon', 0, async () => {
      await watch.rescan();
      options.onReady?.();
    }),
  );
}

/** Whether a path may matter to the current ground. */
export function mattersTo({ ground }: WatchState, path: string): boolean {
  return ground !== undefined && mayMatter(ground, path);
}

/** Ends the watcher, if there is one. */
export async function stopWatching(watch: WatchState): Promise<void> {
  const { watcher } = watch;
  watch.watcher = undefined;
  await watcher?.[Symbol.asyncDispose]();
}

function giveUp(watch: WatchState, sentence: string): void {
  if (watch.exhausted !== undefined) return;
  watch.exhausted = sentence;
  void watch.watcher?.[Symbol.asyncDispose]();
  turnToPresent(watch);
}
