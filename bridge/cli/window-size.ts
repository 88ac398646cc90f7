/** The size of a terminal follows who typed last: it is given with a key, and when the window changes while the terminal has the one that was given here. */
import { limits } from '#contract/limits.ts';

export type Size = readonly [cols: number, rows: number];

export interface WindowSize {
  /** Call it before a key is sent. */
  typing(): void;
  /** The window here has another size. */
  resized(): void;
  /** The terminal has this size now. */
  told(size: Size | undefined): void;
  /** What was sent last may not have come to the terminal. */
  lost(): void;
}

interface WindowDeps {
  /** That of the window; undefined where there is none. */
  readonly here: () => Size | undefined;
  readonly say: (size: Size) => void;
}

/** `opened`: the size with which the terminal was opened here. */
export function createWindowSize({ here, say }: WindowDeps, opened?: Size): WindowSize {
  let [given, now] = [opened, opened];
  const isOwn = () => given !== undefined && String(given) === String(now);
  const give = () => {
    const size = here();
    if (size === undefined) return;
    [given, now] = [size, size];
    say(size);
  };
  return {
    typing: () => {
      if (!isOwn()) give();
    },
    resized: () => {
      if (isOwn()) give();
    },
    told: (size) => {
      now = size ?? now;
    },
    lost: () => {
      given = undefined;
    },
  };
}

/** The size of a terminal that nobody sees. */
const usualSize = [80, 24] as const;

/** The size for a terminal that is opened here. Some windows do not know theirs, and say 0: those of `docker exec -t`, of a serial line. */
export function sizeHere(
  { columns, rows }: { readonly columns?: number; readonly rows?: number } = process.stdout,
): Size {
  return [
    Math.min(columns || usualSize[0], limits.terminalColsMax),
    Math.min(rows || usualSize[1], limits.terminalRowsMax),
  ];
}

/** That of this window; undefined where there is none. */
export function windowHere(): Size | undefined {
  return process.stdout.isTTY ? sizeHere() : undefined;
}
