/** What a bridge does by the clock: it wakes from sleep, makes fresh connections, and says what the relay was told of this machine and is other now. */
import { limits } from '#contract/limits.ts';
import type { Announcement } from './announcement.ts';
import type { Log } from './log.ts';
import type { Projects } from './projects.ts';
import type { Rounds } from './sync/rounds.ts';
import { startWakeWatch } from './sync/wake.ts';

const announcedLookMs = 3000;

interface TimersDeps {
  readonly rounds: Pick<Rounds, 'again'>;
  readonly projects: Pick<Projects, 'rescan'>;
  readonly announcement: Pick<Announcement, 'hasChanged'>;
  readonly renew: () => void;
  /** Reads the registries of projects again. */
  readonly lookForProjects: () => Promise<void>;
  readonly log: Log;
}

/** Starts all timers; disposing ends them. */
export function startTimers({ rounds, projects, announcement, renew, lookForProjects, log }: TimersDeps): Disposable {
  const wake = startWakeWatch((sleptMs) => {
    log.info(`this machine slept for ${Math.round(sleptMs / 1000)} s; reconnecting`);
    rounds.again('woke', 'the machine slept');
    void projects.rescan();
  });
  const look = () => {
    if (announcement.hasChanged()) rounds.again('resync', 'the policy, the pinned keys or the conditions have changed');
  };
  const intervals = [
    setInterval(renew, limits.connectionRenewMs),
    setInterval(lookForProjects, limits.registryLookMs),
    setInterval(look, announcedLookMs),
  ];
  return {
    [Symbol.dispose]: () => {
      wake[Symbol.dispose]();
      intervals.forEach(clearInterval);
    },
  };
}
