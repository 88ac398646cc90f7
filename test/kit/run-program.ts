/** A program of ours that runs to its end. */
import { startProgram } from './process.ts';

export interface ProgramRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of our TypeScript programs (path from the repository's root) to its end. */
export async function runProgram(
  file: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Promise<ProgramRun> {
  await using program = startProgram(file, args, env, cwd);
  const { child } = program;
  let stdout = '';
  child.stdout?.on('data', (text: string) => {
    stdout += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr: program.errors() };
}
