/** Runs programs of the system, such as systemctl, to their end. */
import { execFile } from 'node:child_process';

export interface ProgramRun {
  /** Undefined where it could not be started, or was stopped. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program of the system; answers also where it fails. */
export type RunProgram = (file: string, args: readonly string[]) => Promise<ProgramRun>;

/** Stopping a bridge may take a while. */
const programMsMax = 60_000;

export const runProgram: RunProgram = (file, args) =>
  new Promise((resolve) => {
    execFile(file, [...args], { timeout: programMsMax, windowsHide: true }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else resolve({ code: undefined, stdout, stderr: stderr || `${file}: ${error?.message}` });
    });
  });
