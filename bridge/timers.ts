/** What a bridge does by the clock: it wakes from sleep, makes fresh connections, and says what the relay was told of this machine and is other now. */
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';
import type { Announcement } from './announcement.ts';
import { emptyTrash } from './files/trash.ts';
import type { Log } from './log.ts';
import type { Projects } from './projects/projects.ts';
import type { RelayClock } from './sync/clock.ts';
import type { Rounds } from './sync/rounds.ts';
import { startWakeWatch } from './sync/wake.ts';

interface TimersDeps {
  readonly rounds: Pick<Rounds, 'again'>;
  readonly projects: Pick<Projects, 'rescan' | 'all'>;
  readonly clock: RelayClock;
  readonly announcement: Pick<Announcement, 'hasChanged'>;
  readonly renew: () => void;
  /** Reads the registries of projects again. */
  readonly lookForProjects: () => Promise<void>;
  /** Looks whether a clean-up job is due. */
  readonly lookAtJobs: () => Promise<void>;
  /** Drops what runs and terminals have left in files long ago. */
  readonly dropOldFiles: () => Promise<void>;
  readonly log: Log;
}

/** Starts all timers; disposing ends them. */
export function startTimers(deps: TimersDeps): Disposable {
  const { rounds, projects, announcement, renew, lookForProjects, log } = deps;
  const wake = startWakeWatch((sleptMs) => {
    log.info(`this machine slept for ${Math.round(sleptMs / 1000)} s; reconnecting`);
    rounds.again('woke', 'the machine slept');
    void projects.rescan();
  });
  const look = () => {
    if (announcement.hasChanged()) rounds.again('resync', 'the policy, the pinned keys or the conditions have changed');
  };
  const emptyTrashes = () => void emptyAll(deps);
  emptyTrashes();
  const lookAtJobs = () =>
    void deps.lookAtJobs().catch((error: unknown) => log.warn(`looking at the jobs failed: ${reasonOf(error)}`));
  lookAtJobs();
  const dropOld = () =>
    void deps.dropOldFiles().catch((error: unknown) => log.warn(`old files could not be dropped: ${reasonOf(error)}`));
  const intervals = [
    setInterval(renew, limits.connectionRenewMs),
    setInterval(lookForProjects, limits.registryLookMs),
    // With the tick of the wake watch, so that both wake this process once.
    setInterval(look, limits.tickMs),
    setInterval(emptyTrashes, limits.trashLookMs),
    setInterval(lookAtJobs, limits.jobLookMs),
    setInterval(dropOld, limits.runOutputLookMs),
  ];
  return {
    [Symbol.dispose]: () => {
      wake[Symbol.dispose]();
      intervals.forEach(clearInterval);
    },
  };
}

/** Deletes what has lain in the projects' trash for long enough. A clock that is ahead must not shorten that, so the earlier of two counts. */
async function emptyAll({ projects, clock, log }: TimersDeps): Promise<void> {
  const now = Math.min(Date.now(), clock.now());
  for (const { root, layouts } of projects.all())
    for (const base of new Set(layouts.flatMap(({ folders }) => folders.map((folder) => folder.split('/')[0] ?? ''))))
      await emptyTrash(root, base, now).catch((error: unknown) =>
        log.warn(`the trash in ${root}/${base} could not be emptied: ${reasonOf(error)}`),
      );
}
