/** Refuses what no system can start, with a sentence that says why. */
import { isAbsolute } from 'node:path';
import { limits } from '#contract/limits.ts';
import { type ChildWanted, KeeperRefusal, type RefusalCode } from './keeper.ts';

/** Throws a KeeperRefusal. */
export function checkWanted({ argv, cwd, env, cols = 80, rows = 24, sort }: ChildWanted): void {
  const refuse = (code: RefusalCode, sentence: string): never => {
    throw new KeeperRefusal(code, sentence);
  };
  if (argv.length === 0 || argv[0] === '') refuse('argv-invalid', 'There is no program to start: argv is empty.');
  if (argv.some((word) => word.includes('\0'))) refuse('argv-invalid', 'A word of argv contains a NUL character.');
  if (bytesOf(argv) > limits.argvBytesMax)
    refuse('argv-invalid', `argv is longer than ${limits.argvBytesMax} bytes. Give a long text on stdin.`);
  if (cwd.includes('\0') || !isAbsolute(cwd)) refuse('cwd-unavailable', 'The folder to start in is not a whole path.');
  const variables = Object.entries(env);
  const wrong = variables.find(([name, value]) => name === '' || /[=\0]/.test(name) || value.includes('\0'));
  if (wrong !== undefined)
    refuse('env-refused', `The variable ${JSON.stringify(wrong[0])} cannot be set: its name or value is invalid.`);
  if (bytesOf(variables.flat()) > limits.environmentBytesMax)
    refuse('env-refused', `The variables are longer than ${limits.environmentBytesMax} bytes together.`);
  if (sort === 'pty') checkSize(cols, rows);
}

/** Throws a KeeperRefusal `size-invalid`. */
export function checkSize(cols: number, rows: number): void {
  const fits = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  const { terminalColsMax, terminalRowsMax } = limits;
  if (fits(cols, terminalColsMax) && fits(rows, terminalRowsMax)) return;
  throw new KeeperRefusal(
    'size-invalid',
    `A terminal has 1 to ${terminalColsMax} columns and 1 to ${terminalRowsMax} rows, not ${cols} × ${rows}.`,
  );
}

function bytesOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + Buffer.byteLength(word) + 1, 0);
}
