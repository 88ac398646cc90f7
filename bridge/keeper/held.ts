/** What the keeper holds of one child, and what the two sorts of children have in common. */
import type { Child, ChildEnd, ChildWanted, Screen } from './keeper.ts';
import type { Ring, Stream } from './ring.ts';

/** What a child is made with. */
export interface Ground {
  readonly dataFolder: string;
  readonly wanted: ChildWanted;
  /** The program's file. */
  readonly file: string;
  /** Output for readers; whole characters where it is UTF-8. */
  readonly onOutput: (stream: Stream, bytes: Buffer) => void;
  /** Bytes for which the output files had no room; before `onEnd`. */
  readonly onDropped: (bytes: number) => void;
  /** Once, after the last output. */
  readonly onEnd: (end: Omit<ChildEnd, 'endedAt'>) => void;
}

/** A program that was started. */
export interface Body {
  readonly pid: number;
  /** Of pipes: what it writes is not read, so that the program waits, as long as it is kept. */
  readonly hold?: (isHeld: boolean) => void;
  /** Undefined for pipes. */
  readonly terminal?: {
    type(data: string): void;
    resize(cols: number, rows: number): void;
    /** The position is that of the output of which `text` is the screen. */
    screen(): Promise<Screen>;
  };
}

/** A child of the keeper. */
export interface Held {
  readonly wanted: Omit<ChildWanted, 'stdin'>;
  readonly body: Body;
  readonly startedAt: string;
  readonly ring: Ring;
  readonly bytes: { out: number; err: number };
  /** Called on new output and at the end. */
  readonly followers: Set<() => void>;
  /** Those for which the program waits. */
  readonly behind: Set<object>;
  size: { readonly cols: number; readonly rows: number };
  dropped: number;
  input: number;
  /** By name, the one that was noted last at the end. Undefined where something was typed without. */
  marks: Map<string, number> | undefined;
  end: ChildEnd | undefined;
  /** When it is forgotten by itself, in ms of `performance.now()`; never while it runs. */
  forgetAt: number;
}

/** The program waits for a reader from now on, or does no more. */
export function waitFor({ behind, body }: Held, reader: object, isBehind: boolean): void {
  if (isBehind) behind.add(reader);
  else behind.delete(reader);
  body.hold?.(behind.size > 0);
}

export function describe({ wanted, body, startedAt, ring, bytes, size, dropped, input, marks, end }: Held): Child {
  const { id, sort, argv, cwd } = wanted;
  return {
    ...{ id, sort, pid: body.pid, argv, cwd, startedAt },
    ...(sort === 'pty' && size),
    ...(end !== undefined && { end }),
    ...{ position: ring.position, bytes, dropped, input },
    ...(marks && { marks: Object.fromEntries(marks) }),
  };
}
