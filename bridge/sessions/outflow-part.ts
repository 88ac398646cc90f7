/** The next part of a channel: what waits as entries, or the screen in their place. */
import { agedAt, ENTRIES_MAX, type OutflowDeps, type Part, type Shot, type State } from './outflow-state.ts';
import { joined, sizeOf, type Waiting, withoutSeen } from './waiting-output.ts';

export async function makePart(state: State): Promise<Part | undefined> {
  const { deps, sent } = state;
  if (state.isClosed) return undefined;
  if (deps.now() < state.notBefore) {
    // A timer may be a little early.
    deps.ring(state.notBefore - deps.now());
    return undefined;
  }
  const { seq } = state;
  if (seq === undefined) return { seq: 0, entries: [] };
  if (sent !== undefined) return sent;
  const due = state.owed.length > 0 ? 'owed' : whatIsDue(state);
  if (due === undefined) return undefined;
  const part = due === 'owed' ? owedPart(state, seq + 1) : await shownPart(state, seq + 1, due === 'screen');
  if (part === undefined) return undefined;
  state.sent = await sealedPart(deps, part);
  if (deps.shoot !== undefined) state.budget.spend((due === 'screen' ? SCREEN_MORE_BYTES : 0) + sizeOf(state.sent));
  return state.sent;
}

/** Undefined while nothing is due; it rings when something is. */
function whatIsDue(state: State): 'screen' | 'entries' | undefined {
  const { deps, last } = state;
  const isAged = deps.now() >= agedAt(state.shotAt);
  const isLarge = deps.shoot !== undefined && isTooMuch(state.waiting, partBytesMax(state));
  const isStale = isLarge || (state.isStale && (state.isWatched || !state.isBegun || isAged || last !== undefined));
  if (!isStale && state.waiting.length === 0 && last === undefined) {
    if (state.isStale) deps.ring(agedAt(state.shotAt) - deps.now());
    return undefined;
  }
  const waitMs = isStale && last === undefined ? untilScreen(state) : 0;
  if (waitMs > 0) {
    deps.ring(waitMs);
    return undefined;
  }
  return isStale ? 'screen' : 'entries';
}

/** ms until a screen may go again. */
export function untilScreen({ budget, shotAt, deps }: State): number {
  const sinceMs = deps.now() - shotAt;
  // A clock that was set back holds nothing up.
  return Math.max(budget.waitMs(), sinceMs < 0 ? 0 : SCREEN_EVERY_MS - sinceMs);
}

function owedPart(state: State, seq: number): Part {
  state.carriedBefore = state.carried;
  return { seq, entries: state.owed.splice(0), mark: String(state.carried) };
}

/** With the screen where it is due, or wanted beside the entries. Undefined where that is behind what was sent already. */
async function shownPart(state: State, seq: number, isStale: boolean): Promise<Part | undefined> {
  const isShown = (isStale || state.isLong || state.last !== undefined) && !state.isBare;
  const shot = isShown ? await shoot(state, isStale) : undefined;
  if (shot !== undefined && shot.position < state.carried) {
    state.isStale ||= isStale;
    state.deps.ring(10);
    return undefined;
  }
  return build(state, seq, shot, isStale);
}

/** Sealed once: a part that is sent again is the same. */
async function sealedPart({ seal }: OutflowDeps, part: Part): Promise<Part> {
  return seal === undefined ? part : { ...part, ...(await seal.part(part)) };
}

/** The screen; undefined where it can be had no more. What comes meanwhile waits, since the screen may not have it. */
async function shoot(state: State, isStale: boolean): Promise<Shot | undefined> {
  if (isStale) state.isStale = false;
  state.shotAt = state.deps.now();
  return await state.deps.shoot?.().catch(() => undefined);
}

function build(state: State, seq: number, shot: Shot | undefined, isDue: boolean): Part {
  // What is behind the screen goes with the next part.
  const upTo = shot?.position ?? Number.POSITIVE_INFINITY;
  const ready: Waiting[] = [];
  const later: Waiting[] = [];
  let room = partBytesMax(state);
  for (const one of state.waiting) {
    const hasRoom = shot !== undefined || (room > 0 && ready.length < ENTRIES_MAX);
    if (later.length === 0 && one.upTo <= upTo && hasRoom) {
      room -= one.size;
      ready.push(one);
    } else later.push(withoutSeen(one, upTo));
  }
  state.waiting = later;
  state.bytes = state.waiting.reduce((sum, { bytes }) => sum + bytes, 0);
  state.line.look();
  // More may have come while the screen was taken: it stands for them.
  const isStale = isDue || ready.length > ENTRIES_MAX;
  const skipped = state.skipped + (isStale ? ready.reduce((sum, { bytes }) => sum + bytes, 0) : 0);
  const said = isStale ? ready.filter(({ isOutput }) => !isOutput).slice(-1) : ready;
  const hole = skipped > 0 || isStale ? [{ skip: skipped }] : [];
  const isLast = state.last !== undefined && state.waiting.length === 0;
  const entries = [...hole, ...joined(said.map(({ entry }) => entry)), ...(isLast ? [state.last] : [])];
  state.carriedBefore = state.carried;
  state.carried = shot?.position ?? ready.at(-1)?.upTo ?? state.carried;
  Object.assign(state, { skipped: 0, skippedFirst: 0, isLong: false, isBare: false });
  return {
    ...{ seq, entries, mark: String(state.carried) },
    ...(shot === undefined ? {} : { snapshot: shot.snapshot }),
    ...(shot !== undefined && isStale ? { replaces: true as const } : {}),
    ...(isLast ? { close: true as const } : {}),
  };
}

/** Screens of a flood follow each other so fast: more of them nobody can tell apart, and each is work for four programs. */
const SCREEN_EVERY_MS = 50;
/** A screen costs that much beside its bytes: nobody sees fifty a second. */
const SCREEN_MORE_BYTES = 1024;
/** Bytes of the entries of one part as JSON: with a snapshot beside them they go through gateways that take a MiB. */
const PART_BYTES_MAX = 384 * 1024;

/** Sealed they are a third longer. */
function partBytesMax({ deps }: State): number {
  return deps.seal === undefined ? PART_BYTES_MAX : 0.7 * PART_BYTES_MAX;
}

function isTooMuch(waiting: readonly Waiting[], bytesMax: number): boolean {
  if (waiting.length > ENTRIES_MAX) return true;
  return waiting.reduce((sum, one) => sum + one.size, 0) > bytesMax;
}
