/** policy.json of a machine's owner. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultPolicy, type Policy } from '#contract/machine.ts';

/** Allows what runs programs. */
export const programs = { 'terminal-open': 'allow', 'terminal-close': 'allow', exec: 'allow' } as const;

/** Writes it into a data folder, which is made where there is none: as without a file, but for `more`. */
export async function writePolicy(data: string, more: Partial<Policy>): Promise<void> {
  await mkdir(data, { recursive: true, mode: 0o700 });
  await writeFile(join(data, 'policy.json'), JSON.stringify({ ...defaultPolicy, ...more }));
}
