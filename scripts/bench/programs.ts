/** Programs of the benchmarks: started, told and asked by lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface BenchProgram extends AsyncDisposable {
  readonly pid: number;
  /** The next line that it prints. */
  next<Line>(): Promise<Line>;
  /** Tells it a line and gives its answer. */
  ask<Line>(line: object): Promise<Line>;
}

/** Starts a TypeScript program of this folder. */
export function startBenchProgram(file: string, ...args: string[]): BenchProgram {
  const child = spawn(process.execPath, [join(import.meta.dirname, file), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <Line>() => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${file} has ended`);
    return JSON.parse(value) as Line;
  };
  return {
    pid: child.pid ?? 0,
    next,
    ask: async (line) => {
      child.stdin.write(`${JSON.stringify(line)}\n`);
      return await next();
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Starts a program that is ended with `children`; resolves to the first line that it prints. */
export async function startNode(
  children: AsyncDisposableStack,
  program: string,
  args: readonly string[],
): Promise<string> {
  const child: ChildProcess = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.defer(() => {
    child.kill();
  });
  if (child.stdout === null) throw new Error('no stdout');
  const [chunk] = await once(child.stdout, 'data');
  return String(chunk).trim();
}
