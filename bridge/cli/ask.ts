/** Asks the user at the terminal. */
import { createInterface } from 'node:readline/promises';

/** Asks a yes-or-no question. Any answer but yes is no; undefined without a terminal. */
export async function askYes(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return undefined;
  const asking = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^\s*y(es)?\s*$/i.test(await asking.question(`${question} [y/N] `));
  } finally {
    asking.close();
  }
}
