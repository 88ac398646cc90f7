/** What a service manager is to `sallyport service`: it starts the bridge when the user signs in and starts it again when it ends. Each system is one file; `systems.ts` ties them. */
import { readFile } from 'node:fs/promises';
import type { ProgramRun } from './run-program.ts';

/** What the service manager calls. */
export interface Unit {
  /** The program and its arguments, absolute paths. No secret is among them: others can read a command line. */
  readonly argv: readonly [node: string, ...args: string[]];
  /** What Node is to find in its environment, where the system's service manager can say it. */
  readonly env: Readonly<Record<string, string>>;
  /** The file for what the program prints, where the system keeps no log. */
  readonly log: string;
}

/** What a service manager says of the bridge. */
export interface ManagerState {
  readonly installed: boolean;
  /** The process that it has started, where it runs. */
  readonly pid?: number;
  /** How the last process has ended, as the manager has seen it: by a code, or by a signal such as SIGKILL. */
  readonly exit?: { readonly code: number } | { readonly signal: string };
}

/** Names in `run --service NAME`, because the managers hear differently that they must not start the bridge again. cron is told of by hand. */
export const managers = ['systemd', 'launchd', 'windows', 'cron'] as const;
export type Manager = (typeof managers)[number];

export interface ServiceSystem {
  readonly manager: Manager;
  /** For people: "systemd". */
  readonly title: string;
  /** The file that says what is called. */
  readonly file: string;
  /** Why the manager cannot be used here; undefined where it can. */
  trouble(): Promise<string | undefined>;
  /** A line that reaches the manager from a terminal in which it is not found. */
  readonly reach?: string;
  /** What else can start the bridge where the manager cannot, with a line to copy; absent where `trouble` says all. */
  instead?(unit: Unit): { readonly says: string; readonly copy: string };
  /** Installs or replaces the service, and starts it. Throws a ServiceTrouble. */
  install(unit: Unit): Promise<void>;
  /** Stops and removes it. Does nothing where it is not installed. Throws a ServiceTrouble. */
  uninstall(): Promise<void>;
  state(): Promise<ManagerState>;
  /** Whether what is installed runs on this data folder (an absolute path). Throws a ServiceTrouble. */
  isFor(data: string): Promise<boolean>;
  /** What a person should know: whether it also runs while nobody is signed in. */
  notes(): Promise<readonly string[]>;
  /** The program that prints the log; undefined where the log is a file. */
  logProgram?(how: { readonly lines: number; readonly follow: boolean }): readonly [file: string, ...args: string[]];
}

/** A service manager refused, or is not there. The message says what to do. */
export class ServiceTrouble extends Error {
  override readonly name = 'ServiceTrouble';
  /** A line to copy. */
  readonly copy: string | undefined;

  constructor(message: string, copy?: string) {
    super(message);
    this.copy = copy;
  }
}

/** Whether a service's file has one of these texts in it; false where it cannot be read. */
export async function fileSays(file: string, encoding: BufferEncoding, ...texts: string[]): Promise<boolean> {
  return await readFile(file, encoding).then(
    (whole) => texts.some((text) => whole.includes(text)),
    () => false,
  );
}

/** Says that a program of the system has failed. */
export function failed(what: string, { stdout, stderr }: ProgramRun): ServiceTrouble {
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ');
  return new ServiceTrouble(`${what} failed: ${said || 'it gave no reason'}`);
}
