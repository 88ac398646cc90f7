/** Whether a program can have a terminal on this machine: tried by the keeper's program, which alone loads what that takes. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { keeperEnvironment, keeperProgram } from '../../keeper/begin.ts';
import type { TerminalTry } from '../../keeper/try-terminal.ts';
import { type Check, type Finding, note, ok } from '../check.ts';

const run = promisify(execFile);

export const terminals: Check = {
  name: 'terminals',
  title: 'Terminals',
  group: 'This machine',
  run: async ({ env, signal }) => {
    const options = { env: keeperEnvironment(env), signal, windowsHide: true };
    const { stdout } = await run(process.execPath, [...keeperProgram(), '--try-terminal'], options);
    return terminalFinding(JSON.parse(stdout) as TerminalTry);
  },
};

/** What a try means. */
export function terminalFinding(tried: TerminalTry): Finding {
  if ('trouble' in tried)
    return note(tried.trouble, { says: 'On Linux, this program comes with util-linux:', copy: 'script --version' });
  if (tried.way === 'node-pty') return ok('A program can have a terminal.');
  return note(
    'A program gets a terminal by script(1): there is no binary for this platform. Its size stays as it began.',
  );
}
