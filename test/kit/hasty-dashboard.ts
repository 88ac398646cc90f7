/** Does what the dashboard of spec-workflow does: reads a file, waits up to 50 ms, and writes it whole without looking again; by a rename, so that whatever is seen half-written is not its doing. Over IPC: a folder and paths come in, how each ended goes out. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface DashboardTold {
  readonly root: string;
  readonly paths: readonly string[];
}

/** Of one path: `left` where somebody had decided before it read. */
export type DashboardDid = 'wrote' | 'left';

process.on('message', async ({ root, paths }: DashboardTold) => {
  process.send?.(await Promise.all(paths.map((path) => edit(join(root, path)))));
});
process.send?.('ready');

async function edit(file: string): Promise<DashboardDid> {
  // People do not tap at the same moment.
  await delay(Math.random() * 400);
  const text = await readFile(file, 'utf8');
  const edited = file.endsWith('.json') ? decided(text) : text.replace('- [ ] 2.', '- [x] 2.');
  if (edited === undefined) return 'left';
  await delay(Math.random() * 50);
  await writeFile(`${file}.dashboard`, edited);
  await rename(`${file}.dashboard`, file);
  return 'wrote';
}

function decided(text: string): string | undefined {
  const approval = JSON.parse(text) as { status: string };
  if (approval.status !== 'pending') return undefined;
  return JSON.stringify({ ...approval, status: 'rejected', response: 'By the dashboard', respondedAt: 'now' }, null, 2);
}
