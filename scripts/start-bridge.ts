/** One bridge as a process of its own, started as `npm run bridge -- run` would and read by its JSON lines. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface BridgeSettings {
  readonly url: string;
  readonly keyFile: string;
  readonly data: string;
  readonly name: string | undefined;
  /** Port of the door for agents. */
  readonly agents: number | undefined;
  /** Absolute folders. */
  readonly projects: readonly string[];
}

export interface SyncedProject {
  readonly id: string;
  readonly name: string;
  readonly formats: readonly string[];
  readonly documents: number;
}

export interface RunningBridge extends AsyncDisposable {
  /** Resolves once every document is up; never, where the bridge ends before. */
  readonly synced: Promise<readonly SyncedProject[]>;
  readonly ended: Promise<BridgeEnd>;
}

/** How a process ended: by its own exit code, or by a signal. */
export interface BridgeEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const stopMs = 1500;

/** Starts a bridge whose stderr is ours; disposing of it asks it to end, and ends it after 1.5 s. */
export function startBridgeProcess({ url, keyFile, data, name, agents, projects }: BridgeSettings): RunningBridge {
  const program = join(import.meta.dirname, '..', 'bridge', 'main.ts');
  const args = [
    'run',
    '--url',
    url,
    '--key-file',
    keyFile,
    '--data',
    data,
    ...(name === undefined ? [] : ['--name', name]),
    ...(agents === undefined ? [] : ['--agents', String(agents)]),
    '--json',
    ...projects,
  ];
  // The channel carries nothing: a bridge whose starter is gone, however it went, ends with it.
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const { stdout } = child;
  if (stdout === null) throw new Error('the bridge has no stdout');
  const ended = once(child, 'exit').then(([code, signal]): BridgeEnd => ({ code, signal }));
  const { promise: synced, resolve } = Promise.withResolvers<readonly SyncedProject[]>();
  createInterface({ input: stdout }).on('line', (line) => {
    const said = JSON.parse(line) as { event: string; projects?: readonly SyncedProject[] };
    if (said.event === 'synced' && said.projects !== undefined) resolve(said.projects);
  });
  return {
    synced,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
