/** Sends a child's output to one reader, at most `windowBytes` ahead of what the reader says it has handled. */
import { limits } from '#contract/limits.ts';
import type { Held } from './held.ts';
import type { ChildEnd } from './keeper.ts';
import type { RingPiece } from './ring.ts';

const pieceBytes = 64 * 1024;
/** While a reader has something in hand, less than this waits: a flood comes to it in few pieces. */
const gatherBytes = 16 * 1024;
export const windowBytes = 256 * 1024;
/** Where streams alternate, pieces have a few bytes each: after so many it is the turn of others. */
export const piecesAtOnce = 256;

export interface ServedFollowing {
  /** The reader has handled so many bytes more. */
  acked(bytes: number): void;
  stop(): void;
}

export interface FollowingOptions {
  readonly onPiece: (piece: RingPiece) => void;
  readonly onEnd: (end: ChildEnd) => void;
  /** Whether the program is to wait for this reader. */
  readonly onBehind?: (isBehind: boolean) => void;
  /** A reader that is more bytes behind goes to the end. */
  readonly behindMax?: number | undefined;
  /** The program waits while it is more bytes ahead of what the reader has handled. */
  readonly aheadMax?: number | undefined;
}

/** Calls `onEnd` once the child has ended and the reader has handled all of it. */
export function serveFollowing(
  held: Pick<Held, 'ring' | 'followers' | 'end'>,
  after: number,
  {
    onPiece,
    onEnd,
    onBehind = () => undefined,
    behindMax = Number.POSITIVE_INFINITY,
    aheadMax = Number.POSITIVE_INFINITY,
  }: FollowingOptions,
): ServedFollowing {
  const windowMax = Math.min(windowBytes, behindMax);
  let position = after;
  let ahead = 0;
  let later: NodeJS.Immediate | undefined;
  const wait = createWait(onBehind);
  const stop = () => {
    held.followers.delete(pump);
    clearImmediate(later);
    wait.over();
  };
  const pump = () => {
    if (later !== undefined) return;
    const behind = held.ring.position - position;
    const gathers = ahead > 0 && behind < gatherBytes && held.end === undefined;
    if (ahead < windowMax && behind > behindMax) {
      position = held.ring.position;
      onPiece({ position, stream: 'out', bytes: Buffer.alloc(0), skipped: behind });
    }
    for (let count = 0; !gathers && ahead < windowMax; count++) {
      if (count === piecesAtOnce) {
        later = setImmediate(() => {
          later = undefined;
          pump();
        });
        return;
      }
      const piece = held.ring.read(position, pieceBytes);
      if (piece === undefined) break;
      position = piece.position;
      ahead += piece.bytes.length;
      onPiece(piece);
    }
    wait.look(held.ring.position - position + ahead > aheadMax);
    if (held.end === undefined || ahead > 0 || position < held.ring.position) return;
    stop();
    onEnd(held.end);
  };
  held.followers.add(pump);
  pump();
  return {
    acked: (bytes) => {
      ahead -= bytes;
      wait.moved();
      pump();
    },
    stop,
  };
}

/** Whether a program waits for a reader: as long as that reader takes what it gets. */
function createWait(onBehind: (isBehind: boolean) => void) {
  let isWaiting = false;
  let hasHung = false;
  let timer: NodeJS.Timeout | undefined;
  const set = (waits: boolean) => {
    if (waits === isWaiting) return;
    isWaiting = waits;
    clearTimeout(timer);
    if (waits) timer = setTimeout(giveUp, limits.keeperWaitMs);
    onBehind(waits);
  };
  const giveUp = () => {
    hasHung = true;
    set(false);
  };
  return {
    look: (isBehind: boolean) => set(isBehind && !hasHung),
    moved: () => {
      hasHung = false;
      if (isWaiting) timer?.refresh();
    },
    over: () => set(false),
  };
}
