/** Tries whether a program gets a terminal here, for `sallyport doctor`. */
import { findPtys, type PtyWay } from './pty.ts';

/** How a terminal can be had, or the sentence that says why none can. */
export type TerminalTry = { readonly way: PtyWay } | { readonly trouble: string };

const tryMsMax = 5000;
const [file, args] =
  process.platform === 'win32'
    ? [process.env.ComSpec ?? 'cmd.exe', ['/d', '/c', 'exit 0']]
    : ['/bin/sh', ['-c', 'test -t 0 && test -t 1']];

export async function tryTerminal(): Promise<TerminalTry> {
  const ptys = await findPtys();
  if ('trouble' in ptys) return ptys;
  const { promise, resolve } = Promise.withResolvers<TerminalTry>();
  const wanted = { file, args, cwd: process.cwd(), env: { PATH: process.env.PATH ?? '' }, cols: 80, rows: 24 };
  const failed = (why: string) => resolve({ trouble: `A program got no terminal: ${why}. Runs work.` });
  const timer = setTimeout(() => failed(`it did not end within ${tryMsMax / 1000} s`), tryMsMax);
  try {
    ptys.open({
      ...wanted,
      onData: () => undefined,
      onExit: (code) => (code === 0 ? resolve({ way: ptys.way }) : failed(`it ended with code ${code}`)),
    });
  } catch {
    failed('the system gives none');
  }
  const found = await promise;
  clearTimeout(timer);
  return found;
}
