/** Asks the user at the terminal. */
import { printLine } from './output.ts';

/** Asks a yes-or-no question. Any answer but yes is no; undefined without a terminal. */
export async function askYes(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  return /^\s*y(es)?\s*$/i.test(await askLine(`${question} [y/N] `));
}

/** A line that is typed; Ctrl-D is an empty one. Throws Interrupted at Ctrl-C. */
export async function askLine(question: string): Promise<string> {
  // A bridge never asks: it need not load this.
  const { createInterface } = await import('node:readline/promises');
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await asking.question(question);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'AbortError') throw error;
    printLine();
    if (/Ctrl\+C/.test(error.message)) throw new Interrupted('Stopped.', { cause: error });
    return '';
  } finally {
    asking.close();
  }
}

/** A person has pressed Ctrl-C at a question. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
