/** The end of a session whose keeper was lost: what the keeper has left behind is ended too, because nobody could reach it any more. */
import type { EndReason } from '#contract/end-reasons.ts';
import { limits } from '#contract/limits.ts';
import { KeeperRefusal } from '../keeper/keeper.ts';
import { signalAll } from '../keeper/processes.ts';
import { isSameBoot } from '../system/boot.ts';
import { endedAct } from './attended.ts';
import { leftOf } from './left-behind.ts';
import { nobodyIn } from './session-people.ts';
import { endEntryOf } from './session-record.ts';
import { change, type State } from './session-state.ts';

/** How often what was asked to end is looked at. */
const LOOK_MS = 50;

/** Nobody can say how it ended. It is told as ended once nothing of it runs. */
export function lose(state: State): void {
  clearTimeout(state.timer);
  const { kept, deps } = state;
  const left = leftOf(kept);
  if (kept.record.state !== 'running') tell(state, 'keeper-lost');
  else if (kept.boot !== undefined && !isSameBoot(kept.boot, deps.boot)) tell(state, 'machine-restarted');
  else if (left === undefined) tell(state, 'may-run');
  else {
    signalAll(left, 'SIGHUP');
    tellOnceEnded(state, performance.now() + limits.closeChildMs);
  }
}

function tellOnceEnded(state: State, killAt: number): void {
  const left = leftOf(state.kept) ?? [];
  const lateMs = performance.now() - killAt;
  if (left.length === 0) tell(state, 'keeper-lost');
  // Another user's, such as of `sudo`, or one that a disk holds up.
  else if (lateMs >= limits.closeChildMs) tell(state, 'may-run');
  else {
    if (lateMs >= 0) signalAll(left, 'SIGKILL');
    state.leftTimer = setTimeout(() => tellOnceEnded(state, killAt), LOOK_MS);
  }
}

function tell(state: State, reason: EndReason): void {
  const endedAt = new Date(state.deps.now()).toISOString();
  if (state.kept.record.state === 'running') {
    change(state, { state: 'ended' }, { endedAt, reason, ...nobodyIn(state) });
    if (state.isTerminal) state.deps.record(endedAct(state.kept.record));
  }
  state.outflow.end({ x: endEntryOf(state.kept.record.meta) });
  const more = reason === 'may-run' ? '. It may still run.' : ', and it with it.';
  state.ending.reject(new KeeperRefusal('keeper-gone', `The process that held it has ended${more}`));
}
