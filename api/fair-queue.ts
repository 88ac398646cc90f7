/** A queue for expensive work, a few pieces at a time. Each caller has a line, and the lines take turns, so that a caller with a thousand requests delays the others by one piece of work. */
import { Problem } from '#contract/problems.ts';

/** A caller. */
export interface Asker {
  /** Name of the line: a network, a device or a person. */
  readonly line: string;
  /** Whether the caller is known. Known callers and strangers take turns, no matter how many strangers there are. */
  readonly isKnown: boolean;
}

export interface FairQueue {
  /** Does `work` when it is its turn. If too much waits, throws `too-many-requests`, first for the caller with the longest line. */
  run<Value>(asker: Asker, work: () => Promise<Value>): Promise<Value>;
}

interface Waiting {
  begin(): void;
  refuse(): void;
}

/** A queue that does `atOnce` pieces at a time. At most `waitingMax` pieces of known callers can wait, and as many of strangers. */
export function createFairQueue(atOnce: number, waitingMax: number): FairQueue {
  const [known, strangers] = [createLines(waitingMax), createLines(waitingMax)];
  let free = atOnce;
  let turn = strangers;
  const next = (): Waiting | undefined => {
    turn = turn === known ? strangers : known;
    return turn.take() ?? (turn === known ? strangers : known).take();
  };
  const admitted = ({ line, isKnown }: Asker) =>
    new Promise<void>((begin, reject) => {
      const refuse = () => reject(new Problem('too-many-requests', undefined, { retryAfterSeconds: 2 }));
      (isKnown ? known : strangers).add(line, { begin, refuse });
    });
  return {
    run: async (asker, work) => {
      if (free > 0) free -= 1;
      else await admitted(asker);
      try {
        return await work();
      } finally {
        const waiting = next();
        if (waiting === undefined) free += 1;
        else waiting.begin();
      }
    },
  };
}

/** Lines that take turns, with room for `max` in all. */
function createLines(max: number) {
  // A Map keeps the order of insertion, so the first line is next.
  const lines = new Map<string, Waiting[]>();
  let count = 0;
  const longest = () => [...lines].reduce((one, other) => (other[1].length > one[1].length ? other : one));
  return {
    add: (name: string, waiting: Waiting) => {
      const line = lines.get(name) ?? [];
      if (count >= max) {
        const [, most] = longest();
        if (line.length >= most.length - 1) return waiting.refuse();
        most.pop()?.refuse();
        count -= 1;
      }
      line.push(waiting);
      lines.set(name, line);
      count += 1;
    },
    take: (): Waiting | undefined => {
      const [name, line] = lines.entries().next().value ?? ['', []];
      const waiting = line.shift();
      lines.delete(name);
      if (line.length > 0) lines.set(name, line);
      if (waiting !== undefined) count -= 1;
      return waiting;
    },
  };
}
