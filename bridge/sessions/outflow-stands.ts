/** What the relay says of its copy of a channel, and where the outflow goes on from there. */
import type { ChannelStands } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { type Part, REFUSED_RETRY_MS, type State } from './outflow-state.ts';
import { withoutSeen } from './waiting-output.ts';

/** A channel whose record the relay does not have yet is tried again after this time. */
const UNKNOWN_RETRY_MS = 50;

export function hear(state: State, stands: ChannelStands): void {
  if (stands.code === 'channel-unknown') notKnown(state);
  else if (stands.code === 'channel-closed') closed(state);
  else if (stands.code === 'body-invalid') refused(state);
  else goOn(state, stands);
}

function closed(state: State): void {
  Object.assign(state, { sent: undefined, isClosed: true });
  state.line.moved();
}

function goOn(state: State, { code, expected = 1, seq = expected - 1, mark, compact, watched }: ChannelStands): void {
  const { deps, sent } = state;
  state.unknowns = 0;
  if (watched !== undefined) state.isWatched = watched;
  state.isLong = compact === true && deps.shoot !== undefined;
  if (sent !== undefined && seq === sent.seq && code === undefined) taken(state, sent);
  else if (sent === undefined || seq !== sent.seq - 1) goOnFrom(state, seq, mark);
  state.seq = seq;
  state.heardSeq = seq;
  state.line.moved();
  deps.ring();
}

/** The record is on its way, or the relay has dropped it: then it is told again, and waited for ever longer. */
function notKnown(state: State): void {
  const { deps } = state;
  state.unknowns += 1;
  const waitMs = Math.min(limits.unwatchedMs, UNKNOWN_RETRY_MS * 2 ** Math.min(20, Math.max(0, state.unknowns - 20)));
  if (state.unknowns % 20 === 0) deps.onUnknown?.();
  Object.assign(state, { seq: undefined, notBefore: deps.now() + waitMs });
  deps.ring(waitMs);
}

/** The relay does not take what the part carried: it becomes a hole, and the next one goes without a snapshot. */
function refused(state: State): void {
  const { deps } = state;
  state.skipped += Math.max(0, state.carried - state.carriedBefore);
  const isTerminal = deps.shoot !== undefined;
  Object.assign(state, {
    sent: undefined,
    isBare: isTerminal,
    isStale: isTerminal,
    notBefore: deps.now() + REFUSED_RETRY_MS,
  });
  deps.ring(REFUSED_RETRY_MS);
}

function taken(state: State, { close }: Part): void {
  state.sent = undefined;
  begin(state);
  if (close) state.isClosed = true;
}

function begin(state: State): void {
  state.isBegun = true;
  state.begun.resolve();
}

/** The relay has other parts than were sent: it was emptied or restored, or this bridge has begun anew. */
function goOnFrom(state: State, seq: number, mark = '0'): void {
  // One that was emptied is begun anew at once, or nobody could type into it.
  if (seq > 0) begin(state);
  else state.isBegun = false;
  if (seq === state.heardSeq && state.sent === undefined && seq > 0) return;
  state.sent = undefined;
  if (state.deps.shoot !== undefined) {
    state.isStale = true;
    state.carried = 0;
    return;
  }
  const has = Number(mark);
  // What was carried to a relay that has lost it is a hole.
  state.skipped += Math.max(0, state.carried - has) - Math.min(has, state.skippedFirst);
  state.carried = Math.max(state.carried, has);
  state.waiting = state.waiting.filter(({ upTo }) => upTo > has).map((one) => withoutSeen(one, has));
  state.bytes = state.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
}
