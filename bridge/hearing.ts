/** What a bridge hears of its link, and what it does about it: it tells, keeps what it learned, and lets go of what is up. */
import { documentKey } from '#contract/document-key.ts';
import type { UploadNow } from '#contract/uploading.ts';
import { followConditions } from './conditions.ts';
import type { DataFolder } from './data/data-folder.ts';
import type { PositionKeeper } from './data/position.ts';
import type { RelayProof } from './net/relay-proof.ts';
import type { Projects } from './projects/projects.ts';
import type { Report } from './report.ts';
import type { LinkHears } from './sync/link-state.ts';
import type { Bodies } from './watch/bodies.ts';

export interface HearingDeps {
  readonly report: Report;
  readonly projects: Pick<Projects, 'document' | 'status' | 'keep' | 'unread'>;
  readonly bodies: Pick<Bodies, 'drop' | 'clear'>;
  /** All that there was to do is done. */
  readonly rest: () => void;
  readonly data: Pick<DataFolder, 'keepLearned'>;
  readonly proof: Pick<RelayProof, 'key'>;
  readonly position: Pick<PositionKeeper, 'keep'>;
}

/** Progress of a long upload is told this often. */
const uploadingEveryMs = 2000;

/** What the link of a bridge is heard by. */
export function createHearing(deps: HearingDeps): LinkHears {
  const { report, projects, bodies, data, proof, position, rest } = deps;
  const { log, tell } = report;
  const uploading = createUploadTold((now) => {
    report.uploading(now);
    tell(now === undefined ? { event: 'uploaded' } : { event: 'uploading', ...now });
  });
  let lastTrouble = '';
  return {
    connected: ({ machine, epoch, resync }) => {
      log.info(`connected as ${machine}, epoch ${epoch}${resync ? ', resyncing' : ', no resync needed'}`);
      lastTrouble = '';
      void data.keepLearned({ machine, relayKey: proof.key() }).catch(() => undefined);
      tell({ event: 'connected', machine, epoch, resync });
    },
    synced: () => {
      uploading.say(undefined);
      const synced = projects.status().map(({ id, name, formats, documents }) => ({ id, name, formats, documents }));
      log.info(`everything is uploaded: ${synced.map(({ name, documents }) => `${name} (${documents})`).join(', ')}`);
      tell({ event: 'synced', projects: synced });
      // After a start with nothing to upload, all that was read would stay.
      bodies.clear();
      void projects.keep();
      rest();
    },
    state: (state, why) => {
      if (state === 'interrupted') log.warn(`the link is interrupted: ${why}`);
      else log.debug(`${state}: ${why}`);
      report.link(state, why);
      if (state !== 'live') uploading.pause();
      tell({ event: 'state', state, why });
    },
    trouble: ({ message }, { ms, looks }) => {
      const next = looks ? `Checking every ${ms / 1000} s` : `Trying again in ${Math.ceil(ms / 1000)} s`;
      log[message === lastTrouble ? 'debug' : 'warn'](`${message} ${next}`);
      lastTrouble = message;
      report.link(report.state(), message);
      tell({ event: 'trouble', why: message, nextTryMs: ms });
    },
    acknowledged: (acknowledged, told) => {
      position.keep(acknowledged);
      for (const entry of told) {
        const rev = projects.document(documentKey(entry))?.rev;
        if (rev !== undefined) bodies.drop(rev);
        log.debug(`up: ${entry.path}`);
      }
    },
    uploading: (now) => {
      uploading.say(now);
      // A pass in the middle of a first look would not free what the rest of that look takes.
      if (now === undefined && projects.unread() === undefined) rest();
    },
    refused: ({ path }, problem) => log.warn(`the relay refused ${path}: ${problem.message} (${problem.code})`),
    conditions: (list) => followConditions(report.ofRelay, list),
    inbox: report.inbox,
    note: log.info,
  };
}

/** Tells of an upload that takes a while: now and then, when it pauses, and its end. */
function createUploadTold(tell: (now: UploadNow | undefined) => void) {
  let saidAt: number | undefined;
  let said: UploadNow | undefined;
  return {
    say: (now: UploadNow | undefined) => {
      if (now === undefined) {
        if (said !== undefined) tell(undefined);
        saidAt = undefined;
        said = undefined;
        return;
      }
      saidAt ??= performance.now();
      if (performance.now() - saidAt < uploadingEveryMs) return;
      saidAt = performance.now();
      said = now;
      tell(now);
    },
    /** Without the relay nobody can say how fast it goes on. */
    pause: () => {
      if (said === undefined || said.perSecond === 0) return;
      said = { ...said, perSecond: 0 };
      tell(said);
    },
  };
}
