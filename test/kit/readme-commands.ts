/** The commands of the README. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Those of its `sh` block, by the comment above each. */
export async function readmeCommands(): Promise<Map<string, string>> {
  const text = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
  const block = /```sh\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
  const entries = block
    .trim()
    .split(/\n\n/)
    .map((part) => [part.slice(2, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)] as const);
  return new Map(entries);
}
