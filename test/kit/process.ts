/** Child processes of tests: real programs of ours, whose stdout is JSON lines, ended with the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

const root = join(import.meta.dirname, '..', '..');

/** Where `npm test` has put the programs of this tree as a release has them, which start in half the time. */
const released = process.env.SALLYPORT_TEST_PROGRAMS;

/** The file of a program, by the path of its source from the repository's root. */
export function programFile(source: string): string {
  const isOurs = source === 'api/main.ts' || source === 'bridge/main.ts';
  return isOurs && released !== undefined ? join(released, source.replace('.ts', '.mjs')) : join(root, source);
}

export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  /** JSON lines of stdout so far. */
  readonly lines: readonly Record<string, unknown>[];
  /** stderr so far. */
  readonly errors: () => string;
  /** The first line, past or to come, that the probe accepts; fails with stderr when the program ends first. */
  line(probe: (line: Record<string, unknown>) => boolean, timeoutMs?: number): Promise<Record<string, unknown>>;
  /** Sends a signal and waits for the end; the exit code, or null after a signal. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Starts one of our TypeScript programs (path from the repository's root) with a clean environment plus `env`; as another user where `uid` says so (root alone may). */
export function startProgram(
  file: string,
  args: readonly string[],
  env: Record<string, string> = {},
  cwd = root,
  uid?: number,
): Program {
  return startNode([programFile(file), ...args], env, cwd, uid);
}

/** The same of any words behind Node's own. */
export function startNode(words: readonly string[], env: Record<string, string>, cwd = root, uid?: number): Program {
  const child = spawn(process.execPath, words, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), ...env },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const lines: Record<string, unknown>[] = [];
  let errors = '';
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.filter((part) => part.startsWith('{')).map((part) => JSON.parse(part)));
  });
  const ended = once(child, 'exit');
  // Then its last line was read too.
  let isClosed = false;
  child.once('close', () => {
    isClosed = true;
  });
  const running = () => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (running()) child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    child,
    lines,
    errors: () => errors,
    end,
    line: async (probe, timeoutMs = 20_000) => {
      const found = await eventually(
        () => {
          const line = lines.find(probe) ?? (isClosed ? 'none' : undefined);
          if (line === undefined)
            throw new Error(`no such line${running() ? '' : ', and it has ended'}; stderr: ${errors.slice(-2000)}`);
          return { line };
        },
        { timeoutMs },
      );
      if (found.line === 'none') throw new Error(`${words.join(' ')} ended with ${child.exitCode}: ${errors}`);
      return found.line as Record<string, unknown>;
    },
    [Symbol.asyncDispose]: async () => {
      await end('SIGKILL');
    },
  };
}

/** Proxies and keys of whoever runs the tests are none of the tests' business. */
export function cleanEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^(SALLYPORT_|(https?|all|no)_proxy$|NODE_OPTIONS|NODE_TEST_CONTEXT|LEANSPEC_|SPEC_WORKFLOW_)/i.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
