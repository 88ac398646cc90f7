/** Starts a program on a pty: by `@lydell/node-pty` where there is a binary for this platform, else by `script(1)`, which cannot change the size later. Both are loaded with the first pty. */
import { spawn } from 'node:child_process';
import { findProgram, signalName } from './processes.ts';

export interface Pty {
  readonly pid: number;
  write(data: string): void;
  resize(cols: number, rows: number): void;
  /** The program waits while its output is paused. */
  pause(): void;
  resume(): void;
}

export interface PtyWanted {
  /** Absolute path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
  readonly onData: (bytes: Buffer) => void;
  /** After the last `onData`. */
  readonly onExit: (code: number, signal: string | undefined) => void;
}

export type PtyWay = 'node-pty' | 'script';

type NodePty = typeof import('@lydell/node-pty');

/** How a pty can be had here, with what opens one; or the sentence that says why none can. */
export type Ptys = { readonly way: PtyWay; readonly open: (wanted: PtyWanted) => Pty } | { readonly trouble: string };

let found: Promise<Ptys> | undefined;

/** Looks once. */
export function findPtys(): Promise<Ptys> {
  found ??= lookForPtys(() => import('@lydell/node-pty'), process.env.PATH);
  return found;
}

/** As `findPtys`, with what loads the binary and the `PATH` where `script` is looked for. */
export async function lookForPtys(load: () => Promise<NodePty>, path: string | undefined): Promise<Ptys> {
  try {
    const nodePty = await load();
    return { way: 'node-pty', open: (wanted) => openNodePty(nodePty, wanted) };
  } catch (error) {
    const script = process.platform === 'win32' ? undefined : findProgram('script', '/', path);
    if (script !== undefined) return { way: 'script', open: (wanted) => openScript(script, wanted) };
    const [why = ''] = String(error instanceof Error ? error.message : error).split('\n');
    const trouble = `No terminal can be had on ${process.platform}-${process.arch}: there is no binary for it, and no program called script. Runs work.`;
    return { trouble: `${trouble} (${why.replace(/[/\\][^\s'"]+[/\\]/g, '')})` };
  }
}

function openNodePty(nodePty: NodePty, wanted: PtyWanted): Pty {
  const { file, args, cwd, env, cols, rows, onData, onExit } = wanted;
  const options = { name: env.TERM ?? 'xterm-256color', cols, rows, cwd, env, encoding: null };
  const pty = nodePty.spawn(file, [...args], options);
  // Without an encoding, these are bytes.
  pty.onData((bytes) => onData(bytes as unknown as Buffer));
  pty.onExit(({ exitCode, signal }) => onExit(exitCode, signalName(signal)));
  return {
    pid: pty.pid,
    write: (data) => pty.write(data),
    resize: (toCols, toRows) => {
      try {
        pty.resize(toCols, toRows);
      } catch {
        // The program has just ended.
      }
    },
    pause: () => pty.pause(),
    resume: () => pty.resume(),
  };
}

/** The program runs below `script`, in a session of its own. */
function openScript(script: string, { file, args, cwd, env, cols, rows, onData, onExit }: PtyWanted): Pty {
  const line = `stty cols ${cols} rows ${rows}; exec ${[file, ...args].map(quoted).join(' ')}`;
  const how = process.platform === 'linux' ? ['-qefc', line, '/dev/null'] : ['-q', '/dev/null', '/bin/sh', '-c', line];
  const child = spawn(script, how, {
    cwd,
    env: { SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  });
  child.stdin.on('error', () => undefined);
  child.on('error', () => undefined);
  child.stdout.on('data', onData);
  child.once('close', (code, signal) => {
    // With -e, script ends as the program did: with 128 and its number after a signal.
    const name = signal ?? (code === null || code <= 128 ? undefined : signalName(code - 128));
    onExit(code ?? 0, name);
  });
  return {
    pid: child.pid ?? 0,
    write: (data) => void child.stdin.write(data),
    resize: () => undefined,
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
