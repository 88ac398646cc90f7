/** What runs on this machine for people: terminals and runs. Each is a child of the keeper, a record at the relay, and a channel. */
import type { Sealed, WrappedKeys } from '#contract/sealed.ts';
import type { ChildEnd } from '../keeper/keeper.ts';
import type { AttachingDevice } from './channel-seal.ts';

/** What every session says. `id` follows from the command that starts it: starting it again starts nothing, and goes on with the first. */
export interface SessionWanted {
  readonly id: string;
  /** The program and its arguments. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The folder as people see it: relative to the project or to the home folder; absent for that folder itself. */
  readonly shownCwd?: string;
  /** Id of the project. */
  readonly project?: string;
  /** All variables of the program. */
  readonly env: Readonly<Record<string, string>>;
  readonly title: string;
  /** The name of the person who starts it. */
  readonly by: string;
  /** Its channel is sealed: only pinned devices read it and type. */
  readonly isSealed: boolean;
  /** It was asked for with variables or input of its own: its command line is not all of it. */
  readonly hasMore?: true;
}

export interface TerminalWanted extends SessionWanted {
  readonly cols: number;
  readonly rows: number;
  /** Whether the machine keeps what it shows as a file. */
  readonly isRecorded: boolean;
}

export interface RunWanted extends SessionWanted {
  readonly stdin?: Uint8Array;
  /** Id of the command that starts it. */
  readonly command: string;
  /** After so many ms it is ended: SIGTERM, 5 s later SIGKILL. */
  readonly timeoutMs: number;
}

/** How a run ended. `out` and `err`: all bytes that it wrote, also those that found no room in its files. */
export interface RunEnded extends ChildEnd {
  readonly out: number;
  readonly err: number;
  readonly isTimedOut: boolean;
  readonly durationMs: number;
}

/** A piece of a run's output. */
export interface RunOutput {
  readonly bytes: Uint8Array;
  /** Bytes before these that the machine has not kept. */
  readonly skipped: number;
  /** Whether what follows them was not kept. */
  readonly isAtHole: boolean;
  /** Whether it is all that there is and will be. */
  readonly end: boolean;
}

/** What runs, for those who may not start more. */
export interface Running {
  readonly id: string;
  readonly title: string;
}

/** The recording of a terminal, as a list has it. */
export interface Recorded {
  readonly terminal: string;
  readonly title?: string;
  readonly command?: string;
  /** ISO 8601. */
  readonly startedAt?: string;
  readonly seconds: number;
  readonly bytes: number;
  readonly cols: number;
  readonly rows: number;
}

/** A piece of a recording. `size` and `seconds` are of all of it, `end`: whether it is the last that there is by now. */
export interface RecordingPiece {
  readonly bytes: Uint8Array;
  readonly end: boolean;
  readonly size: number;
  readonly seconds: number;
}

/** Throws KeeperRefusal, and Problem `record-unknown`. */
export interface Sessions {
  /** The id of the terminal or run that a command starts here. Throws Problem `command-failed` before the relay has said which machine this is. */
  idOf(command: string): string;
  /** Starts a terminal; resolves when the relay has its record and its channel, or cannot be reached. */
  open(wanted: TerminalWanted): Promise<void>;
  /** Starts a run, or adopts the one of this id; resolves when it has ended. If `signal` aborts, it is ended: SIGTERM, 5 s later SIGKILL. */
  run(wanted: RunWanted, signal: AbortSignal): Promise<RunEnded>;
  /** The same of a run that was started before; undefined where there is none of this id. */
  adopt(run: string, signal: AbortSignal): Promise<RunEnded> | undefined;
  /** Begins an attach to a terminal or run: its keys for a device; undefined where it is not sealed. Throws Problem `record-unknown`. */
  attach(id: string, device: () => Promise<AttachingDevice>): Promise<WrappedKeys | undefined>;
  /** Whether its channel is sealed. */
  isSealed(id: string): boolean;
  /** What seals answers about a run with its key for what goes out; undefined where it is not sealed. Throws Problem `record-unknown` where it was, and cannot be any more. */
  pieceSeal(run: string): ((content: object) => Promise<Sealed>) | undefined;
  /** Bytes of a run's stream from `offset` on, at most `bytesMax`. They are kept for 30 days. */
  output(run: string, stream: 'out' | 'err', offset: number, bytesMax: number): Promise<RunOutput>;
  /** The recordings that are kept, newest first. */
  recordings(): Promise<readonly Recorded[]>;
  /** Where a terminal was opened: the project's id, none for the home folder; undefined where the machine does not know it any more. */
  placeOf(terminal: string): { readonly project?: string | undefined } | undefined;
  /** The words that a terminal or run was started with, as far as its record shows them; undefined where the machine does not know it. */
  argvOf(id: string): readonly string[] | undefined;
  /** Bytes of one from `offset` on, at most `bytesMax`. */
  recording(terminal: string, offset: number, bytesMax: number): Promise<RecordingPiece>;
  /** Ends a terminal; one that has ended says how it did. */
  close(terminal: string): Promise<ChildEnd>;
  /** Throws Problem `conflict` with `currentRev` where `ifRev` is not the rev of its record. */
  rename(terminal: string, title: string, ifRev: string): Promise<void>;
  running(): { readonly terminals: readonly Running[]; readonly runs: readonly Running[] };
}
