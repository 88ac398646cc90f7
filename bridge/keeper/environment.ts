/** Environments: what a program of the keeper gets is built anew, from the login shell, without anything of Sallyport's and without passwords of proxies. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { limits } from '#contract/limits.ts';
import { KeeperRefusal } from './keeper.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

/** Ours, those of npm that started us, and those that describe another terminal. */
const left =
  /^(?:SALLYPORT_.*|npm_.*|INIT_CWD|NODE|COLOR|NODE_TEST_CONTEXT|NODE_COMPILE_CACHE|MALLOC_(?:ARENA_MAX|MMAP_THRESHOLD_|TOP_PAD_|TRIM_THRESHOLD_)|TERM|TERMCAP|TERM_PROGRAM.*|COLORTERM|COLUMNS|LINES|TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|_|SHLVL|INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|LISTEN_.*)$/i;
const proxy = /^(?:https?|all|ftp|socks)_proxy$/i;
/** A caller may not set these: they load code into every program, or are ours. */
const refused = /^(?:LD_.*|DYLD_.*|SALLYPORT_.*)$/i;

/** The variables of an environment that a program may have: not ours, and no proxy with a password. */
export function cleaned(env: Variables): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name, value]) => value !== undefined && !left.test(name) && !(proxy.test(name) && hasPassword(value)),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}

/** A proxy may be written without a scheme. */
function hasPassword(value: string): boolean {
  return /^(?:[\w+.-]+:\/\/)?[^/]*@/.test(value);
}

const told = new Map<string, Promise<Record<string, string>>>();

/** The environment of the user's login shell, asked once by this process; the bridge's own, cleaned, where there is none or it does not tell within `loginShellMs`. */
export function loginEnvironment(env: Variables, msMax: number = limits.loginShellMs): Promise<Record<string, string>> {
  const shell = env.SHELL || shellOfUser() || '/bin/sh';
  let asked = told.get(shell);
  if (asked === undefined) {
    asked = askShell(shell, cleaned(env), msMax).then((said) => cleaned(said ?? env));
    told.set(shell, asked);
  }
  return asked;
}

function shellOfUser(): string | null {
  try {
    return userInfo().shell;
  } catch {
    return null;
  }
}

/** What a login shell prints between two marks; profiles may print around it. */
function askShell(shell: string, env: Record<string, string>, msMax: number): Promise<Variables | undefined> {
  if (process.platform === 'win32') return Promise.resolve(undefined);
  const mark = randomBytes(12).toString('hex');
  const line = `printf '%s' ${mark}; command env -0; printf '%s' ${mark}`;
  const options = { env, timeout: msMax, killSignal: 'SIGKILL', maxBuffer: 4 * 1024 * 1024 } as const;
  return new Promise((resolve) => {
    const child = execFile(shell, ['-lc', line], options, (_, stdout) => {
      const said = stdout.split(mark);
      resolve(said.length >= 3 ? variablesOf(said[1] ?? '') : undefined);
    });
    child.stdin?.end();
  });
}

function variablesOf(text: string): Variables {
  return Object.fromEntries(
    text.split('\0').flatMap((line) => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}

/** The environment of a child: `base` cleaned, what a caller has given, and who it is. Throws a KeeperRefusal `env-refused` that names a variable which a caller may not set. */
export function childEnvironment(base: Variables, id: string, given: Variables = {}): Record<string, string> {
  const wrong = Object.keys(given).find((name) => refused.test(name));
  if (wrong !== undefined)
    throw new KeeperRefusal('env-refused', `The variable ${wrong} cannot be set for a program on this machine.`);
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...cleaned(base), TERM: 'xterm-256color', ...(set as Record<string, string>), SALLYPORT_TERMINAL: id };
}
