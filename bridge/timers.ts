/** What a bridge does by the clock. */
import { limits } from '#contract/limits.ts';
import type { Log } from './log.ts';
import type { Projects } from './projects.ts';
import type { Link } from './sync/run-link.ts';
import { startWakeWatch } from './sync/wake.ts';

const announcedLookMs = 3000;

interface TimersDeps {
  readonly link: Link;
  readonly projects: Projects;
  /** What connect says beside the projects, as text: policy, pinned keys, conditions. */
  readonly announced: () => string;
  readonly renew: () => void;
  /** Reads the registries of projects again. */
  readonly lookForProjects: () => Promise<void>;
  readonly log: Log;
}

/** What happens by the clock: waking from sleep, fresh connections, what the relay was told of this machine and is other now. */
export function startTimers({ link, projects, announced, renew, lookForProjects, log }: TimersDeps): Disposable {
  const wake = startWakeWatch((sleptMs) => {
    log.info(`this machine slept for ${Math.round(sleptMs / 1000)} s; reconnecting`);
    link.again('woke', 'the machine slept');
    void projects.rescan();
  });
  const renewing = setInterval(renew, limits.connectionRenewMs);
  const lookingForProjects = setInterval(lookForProjects, limits.registryLookMs);
  let told = announced();
  const looking = setInterval(() => {
    const now = announced();
    if (now === told) return;
    told = now;
    link.again('resync', 'the policy, the pinned keys or the conditions have changed');
  }, announcedLookMs);
  return {
    [Symbol.dispose]: () => {
      wake[Symbol.dispose]();
      clearInterval(renewing);
      clearInterval(looking);
      clearInterval(lookingForProjects);
    },
  };
}
