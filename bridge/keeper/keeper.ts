/** What the bridge can ask of the keeper, the process that holds terminals and runs. `client.ts` speaks to it, `server.ts` is it. Positions count bytes of output from the start of a child. */
import { limits } from '#contract/limits.ts';

/** `pty`: a terminal with a screen and input. `pipes`: stdout and stderr apart, stdin given whole at the start. */
export const childSorts = ['pty', 'pipes'] as const;
export type ChildSort = (typeof childSorts)[number];

/** What to start. Paths are absolute; those of files lie in the data folder. */
export interface ChildWanted {
  /** Chosen by the caller, unique per machine. Starting an id again starts nothing and answers the first child. */
  readonly id: string;
  readonly sort: ChildSort;
  /** The program and its arguments, at least one word. The program is looked for in the `PATH` of `env`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** All variables of the child (`childEnvironment`); nothing is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Size of a `pty` in characters, default 80 × 24; at most `terminalColsMax` × `terminalRowsMax`. */
  readonly cols?: number;
  readonly rows?: number;
  /** For `pipes`: all of stdin, default nothing. It is closed after it. */
  readonly stdin?: Uint8Array;
  /** For `pipes`: files (0600) that get the first `runOutputBytesMax` bytes of stdout and of stderr. What is longer has its last `runResultTailBytes` bytes in a file beside it, named with `-end`. */
  readonly outputFiles?: { readonly out: string; readonly err: string };
  /** For a `pty`: a file (0600) that gets an asciicast v2, `recordingBytesMax` bytes at most. */
  readonly recordTo?: string;
}

/** How a child ended: by an exit code, or by the signal that is named. */
export interface ChildEnd {
  readonly code?: number;
  /** "SIGKILL". */
  readonly signal?: string;
  /** ISO 8601. */
  readonly endedAt: string;
}

/** A child of the keeper, running or ended. */
export interface Child {
  readonly id: string;
  readonly sort: ChildSort;
  readonly pid: number;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly cols?: number;
  readonly rows?: number;
  /** Undefined while it runs. */
  readonly end?: ChildEnd;
  /** Where its output is, in bytes. */
  readonly position: number;
  /** Bytes of each stream, also of what was dropped. A `pty` has only `out`. */
  readonly bytes: { readonly out: number; readonly err: number };
  /** Bytes that are in no output file; known at the end. */
  readonly dropped: number;
  /** The highest position of an input that was applied; 0 before the first. */
  readonly input: number;
  /** By name, the highest count that was noted with an input; those that were noted last, `marksMax` at most. A keeper of an earlier release does not say it, nor one that was given an input without. */
  readonly marks?: Readonly<Record<string, number>>;
}

/** What is noted with an input, once it is applied. */
export interface InputMark {
  readonly name: string;
  readonly count: number;
}

export const marksMax = 2 * limits.attachesPerChannelMax;

/** A piece of output, at most 64 KiB. It ends at the end of a character unless the output is no UTF-8 or the child ended within one. */
export interface Chunk {
  /** Where the output is after this chunk: what to follow from next time. */
  readonly position: number;
  readonly stream: 'out' | 'err';
  /** `bytes` as UTF-8, with U+FFFD for what is none. */
  readonly text: string;
  /** The bytes as they came. `isUtf8(bytes)` of node:buffer tells whether `text` is all of it. */
  readonly bytes: Uint8Array;
  /** Bytes before this chunk that had already left the ring (`keeperRingBytes`); 0 if there is no hole. */
  readonly skipped: number;
}

/** Following a child. Disposing it stops; then `ended` rejects with a KeeperRefusal `stopped`. */
export interface Following extends Disposable {
  /** Resolves when the child has ended and every chunk was handled. Rejects with a KeeperRefusal, `keeper-gone` where the keeper was lost. */
  readonly ended: Promise<ChildEnd>;
}

/** What becomes of a reader that is behind. A keeper of an earlier release may not know this. */
export interface FollowMore {
  /** One that is more bytes behind goes to the end, told by an empty chunk with what it has `skipped`. */
  readonly behindMax?: number;
  /** Of a run: the program waits while it is more bytes ahead of what the reader has handled. Not for a reader that handles nothing for `keeperWaitMs`, and not for an output of which `runOutputBytesMax` bytes have come. */
  readonly aheadMax?: number;
}

/** What a terminal shows. */
export interface Screen {
  /** The output up to here is in `text`; follow from here. */
  readonly position: number;
  readonly cols: number;
  readonly rows: number;
  /** What the program called it last, at most 200 characters. */
  readonly title?: string;
  /** Written to a fresh terminal of this size, it gives modes, 200 lines of scrollback and the screen. */
  readonly text: string;
}

export const refusalCodes = [
  'argv-invalid',
  'child-ended',
  'child-running',
  'child-unknown',
  'cwd-unavailable',
  'env-refused',
  'file-refused',
  'input-unavailable',
  'keeper-gone',
  'program-not-found',
  'signal-unknown',
  'size-invalid',
  'start-failed',
  'stopped',
  'terminal-unavailable',
  'too-many',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

/** The keeper could not do what was asked. The message is a sentence for people, without a path of this machine. */
export class KeeperRefusal extends Error {
  override readonly name = 'KeeperRefusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.code = code;
  }
}

/** The keeper of a data folder. Every call may throw a KeeperRefusal; only `start` begins a keeper where none runs. */
export interface Keeper extends AsyncDisposable {
  /** Starts a child. `isNew` is false where this id was started before. */
  start(wanted: ChildWanted): Promise<{ readonly pid: number; readonly isNew: boolean }>;
  /** All children that are not forgotten, oldest first; none where no keeper runs. */
  children(): Promise<readonly Child[]>;
  /** Gives the output after a position, and goes on live. While `onChunk` has not resolved for 256 KiB, no more is read; what leaves the ring meanwhile is told as `skipped`. By default the program never waits for it. */
  follow(id: string, after: number, onChunk: (chunk: Chunk) => void | Promise<void>, more?: FollowMore): Following;
  /** Of a `pty`, also after its end. */
  screen(id: string): Promise<Screen>;
  /** Types into a `pty`, at most once: `isApplied` is false where `position` (from 1) is not above the last one applied. */
  input(id: string, position: number, data: string, mark?: InputMark): Promise<{ readonly isApplied: boolean }>;
  resize(id: string, cols: number, rows: number): Promise<void>;
  /** Sends a signal ("SIGINT") to the child's process group. */
  signal(id: string, name: string): Promise<void>;
  /** Ends a child: SIGHUP to its process group, after 5 s SIGKILL to all its processes. Resolves once it has ended. */
  close(id: string): Promise<ChildEnd>;
  /** Lets go of an ended child: its output and screen are gone. An unknown id is no error. */
  forget(id: string): Promise<void>;
}
