/** Questions to whoever sits at a terminal. */
import { createInterface } from 'node:readline/promises';

/** Asks a question that is answered by yes or no, and takes anything else for no; undefined where there is no terminal to ask at. */
export async function askYes(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^\s*y(es)?\s*$/i.test(await asking.question(`${question} [y/N] `));
  } finally {
    asking.close();
  }
}
