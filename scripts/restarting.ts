/** One of our programs as a process that is started again whenever its sources change: what `npm run dev` runs the relay and the bridge as. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '..');
const settleMs = 100;
const stopMs = 5000;

export interface RestartingOptions {
  /** What the person at the terminal calls it. */
  readonly title: string;
  /** Path from the repository's root, with arguments after it. */
  readonly command: readonly string[];
  /** Folders from the repository's root; a change below one of them starts the program again. */
  readonly sources: readonly string[];
  /** Gets each JSON line that the program prints. */
  readonly onLine: (line: Readonly<Record<string, unknown>>) => void;
  readonly say: (line: string) => void;
}

/** Starts the program; its stderr is ours. One that ends by itself waits for the next change. Disposing of it ends it. */
export function startRestarting(options: RestartingOptions): AsyncDisposable {
  const { title, sources, say } = options;
  let run = start(options);
  let restarting = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const restart = (file: string) => {
    restarting = restarting.then(async () => {
      say(`${file} has changed: the ${title} starts again.`);
      await run[Symbol.asyncDispose]();
      run = start(options);
    });
  };
  const watchers = sources.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_, file) => {
      if (file === null || !/\.(ts|lua)$/.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(restart, settleMs, join(folder, file));
    }),
  );
  return {
    [Symbol.asyncDispose]: async () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await restarting;
      await run[Symbol.asyncDispose]();
    },
  };
}

function start({ title, command, onLine, say }: RestartingOptions): AsyncDisposable {
  // Preloaded as npm's scripts are: the program ends with us, also where we are killed.
  const args = ['--import', join(root, 'scripts/end-with-npm.mjs'), ...command];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  let isStopping = false;
  child.on('exit', (code) => {
    if (!isStopping && code !== 0 && code !== null)
      say(`The ${title} has ended (exit code ${code}). It starts again when a source file changes.`);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) onLine(JSON.parse(line));
  });
  return {
    [Symbol.asyncDispose]: async () => {
      isStopping = true;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      if (child.exitCode === null && child.signalCode === null) await ended;
      clearTimeout(timer);
    },
  };
}
