/** What a bridge's link tells: in sentences to people, as events to programs, as a file to `sallyport status`. */
import type { Acknowledged } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { type Conditions, followConditions } from './conditions.ts';
import type { Log } from './log.ts';
import type { ProjectStatus, Projects } from './projects.ts';
import type { LinkState } from './sync/link.ts';
import type { LinkHears } from './sync/run-link.ts';

/** What programs hear of a bridge: one line of JSON each with `--json`. */
export type BridgeEvent =
  | { readonly event: 'connected'; readonly machine: string; readonly epoch: number; readonly resync: boolean }
  | { readonly event: 'synced'; readonly projects: readonly SyncedProject[] }
  | { readonly event: 'state'; readonly state: LinkState; readonly why: string }
  | { readonly event: 'trouble'; readonly why: string; readonly nextTryMs: number }
  | {
      readonly event: 'project';
      readonly id: string;
      readonly name: string;
      readonly state: string;
      readonly why: string;
    }
  | { readonly event: 'stopped'; readonly code?: string; readonly why?: string };

export type SyncedProject = Omit<ProjectStatus, 'root' | 'state'>;

/** Progress of a long upload is told this often. */
const progressEveryMs = 2000;

/** What is told of the link, to people and to programs. */
export function createHearing(
  log: Log,
  tell: (event: BridgeEvent) => void,
  projects: Projects,
  keepPosition: (acknowledged: Acknowledged) => void,
  noteState: (state: LinkState, why: string) => void,
  relayConditions: Conditions,
  conditions: Conditions,
): LinkHears {
  let lastTrouble = '';
  let now: LinkState = 'connecting';
  let up = 0;
  let progressAt = performance.now();
  const progress = (count: number) => {
    up += count;
    if (performance.now() - progressAt < progressEveryMs) return;
    progressAt = performance.now();
    log.info(`${up} changes uploaded so far`);
  };
  return {
    connected: ({ machine, epoch, resync, now: relayNow }) => {
      sayClock(conditions, relayNow);
      log.info(`connected as ${machine}, epoch ${epoch}${resync ? ', resyncing' : ', no resync needed'}`);
      lastTrouble = '';
      tell({ event: 'connected', machine, epoch, resync });
    },
    synced: () => {
      const synced = projects.status().map(({ id, name, formats, documents }) => ({ id, name, formats, documents }));
      log.info(`everything is uploaded: ${synced.map(({ name, documents }) => `${name} (${documents})`).join(', ')}`);
      tell({ event: 'synced', projects: synced });
    },
    state: (state, why) => {
      if (state === 'interrupted') log.warn(`the link is interrupted: ${why}`);
      else log.debug(`${state}: ${why}`);
      now = state;
      noteState(state, why);
      tell({ event: 'state', state, why });
    },
    trouble: ({ message }, { ms, looks }) => {
      const next = looks ? `Checking every ${ms / 1000} s` : `Trying again in ${Math.ceil(ms / 1000)} s`;
      log[message === lastTrouble ? 'debug' : 'warn'](`${message} ${next}`);
      lastTrouble = message;
      noteState(now, message);
      tell({ event: 'trouble', why: message, nextTryMs: ms });
    },
    acknowledged: (acknowledged, told) => {
      keepPosition(acknowledged);
      progress(told.length);
      for (const entry of told) {
        const rev = projects.document(`${entry.project}\n${entry.path}`)?.rev;
        if (rev !== undefined) projects.uploaded(rev);
        log.debug(`up: ${entry.path}`);
      }
    },
    refused: ({ path }, problem) => log.warn(`the relay refused ${path}: ${problem.message} (${problem.code})`),
    conditions: (list) => followConditions(relayConditions, list),
    note: log.info,
  };
}

/** Says that this machine's clock is far from the relay's, or that it no longer is. */
function sayClock(conditions: Conditions, relayNowMs: number): void {
  const aheadMs = Date.now() - relayNowMs;
  if (Math.abs(aheadMs) <= limits.clockSkewMs) {
    conditions.clear('clock-off');
    return;
  }
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const far = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  conditions.say({
    topic: 'clock-off',
    title: `The clock of this machine is ${far} ${aheadMs > 0 ? 'ahead of' : 'behind'} the relay's.`,
    hint: 'Set the clock (timedatectl set-ntp true). Until then, edits from the app use the time of the relay.',
  });
}
