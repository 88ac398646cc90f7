/** What a bridge does by the clock. */
import { limits } from '#contract/limits.ts';
import type { Log } from './log.ts';
import type { Projects } from './projects.ts';
import type { Link } from './sync/run-link.ts';
import { startWakeWatch } from './sync/wake.ts';

const policyLookMs = 10_000;

interface TimersDeps {
  readonly link: Link;
  readonly projects: Projects;
  /** What the owner allows, as text: policy and pinned keys. */
  readonly policy: () => string;
  readonly renew: () => void;
  readonly log: Log;
}

/** What happens by the clock: waking from sleep, fresh connections, a policy that its owner changed. */
export function startTimers({ link, projects, policy, renew, log }: TimersDeps): Disposable {
  const wake = startWakeWatch((sleptMs) => {
    log.info(`this machine slept for ${Math.round(sleptMs / 1000)} s; connecting anew`);
    link.again('woke', 'the machine slept');
    void projects.rescan();
  });
  const renewing = setInterval(renew, limits.connectionRenewMs);
  let announced = policy();
  const looking = setInterval(() => {
    const now = policy();
    if (now === announced) return;
    announced = now;
    link.again('resync', 'policy.json or the pinned keys are other now');
  }, policyLookMs);
  return {
    [Symbol.dispose]: () => {
      wake[Symbol.dispose]();
      clearInterval(renewing);
      clearInterval(looking);
    },
  };
}
