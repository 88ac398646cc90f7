/** Sends a child's output to one reader, at most `windowBytes` ahead of what the reader says it has handled. */
import type { Held } from './held.ts';
import type { ChildEnd } from './keeper.ts';
import type { RingPiece } from './ring.ts';

const pieceBytes = 64 * 1024;
export const windowBytes = 256 * 1024;
/** Where streams alternate, pieces have a few bytes each: after so many it is the turn of others. */
export const piecesAtOnce = 256;

export interface ServedFollowing {
  /** The reader has handled so many bytes more. */
  acked(bytes: number): void;
  stop(): void;
}

/** Calls `onEnd` once the child has ended and the reader has handled all of it. */
export function serveFollowing(
  held: Pick<Held, 'ring' | 'followers' | 'end'>,
  after: number,
  {
    onPiece,
    onEnd,
    behindMax = Number.POSITIVE_INFINITY,
  }: {
    readonly onPiece: (piece: RingPiece) => void;
    readonly onEnd: (end: ChildEnd) => void;
    /** A reader that is more bytes behind goes to the end. */
    readonly behindMax?: number | undefined;
  },
): ServedFollowing {
  const aheadMax = Math.min(windowBytes, behindMax);
  let position = after;
  let ahead = 0;
  let later: NodeJS.Immediate | undefined;
  const stop = () => {
    held.followers.delete(pump);
    clearImmediate(later);
  };
  const goOn = () => {
    later = undefined;
    pump();
  };
  const pump = () => {
    if (later !== undefined) return;
    const behind = held.ring.position - position;
    if (ahead < aheadMax && behind > behindMax) {
      position = held.ring.position;
      onPiece({ position, stream: 'out', bytes: Buffer.alloc(0), skipped: behind });
    }
    for (let count = 0; ahead < aheadMax; count++) {
      if (count === piecesAtOnce) {
        later = setImmediate(goOn);
        return;
      }
      const piece = held.ring.read(position, pieceBytes);
      if (piece === undefined) break;
      position = piece.position;
      ahead += piece.bytes.length;
      onPiece(piece);
    }
    if (held.end === undefined || ahead > 0 || position < held.ring.position) return;
    stop();
    onEnd(held.end);
  };
  held.followers.add(pump);
  pump();
  return {
    acked: (bytes) => {
      ahead -= bytes;
      pump();
    },
    stop,
  };
}
