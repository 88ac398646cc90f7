/** The tool's dashboard decides and ticks while we do: it reads, waits and writes without looking again. `ROUNDS=1000` takes so many rounds of each. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAt } from '../../bridge/files/read.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { approvalPath, approvalText, design, renameOver } from '../kit/approvals.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import type { DashboardDid, DashboardTold } from '../kit/hasty-dashboard.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import type { ReaderSaw, ReaderTold } from '../kit/restless-reader.ts';

const rounds = Number(process.env.ROUNDS ?? 100);
/** Files that are raced for at once. */
const files = 50;

interface Neighbour<Told, Said> extends Disposable {
  tell(told: Told): Promise<Said>;
  send(told: string): void;
}

async function startNeighbour<Told extends object, Said>(program: string): Promise<Neighbour<Told, Said>> {
  const child = fork(join(import.meta.dirname, '../kit', program));
  await once(child, 'message');
  return {
    tell: async (told) => {
      const answer = once(child, 'message');
      child.send(told);
      return (await answer)[0] as Said;
    },
    send: (told) => child.send(told),
    [Symbol.dispose]: () => child.disconnect(),
  };
}

interface Race {
  readonly path: (n: number) => string;
  readonly text: (n: number) => string;
  readonly command: (n: number, rev: string) => Parameters<typeof delivered>;
  /** Whether what is on the disk has what the command was to write. */
  readonly hasOurs: (text: string) => boolean;
}

interface Tally {
  done: number;
  refused: number;
  overwritten: number;
  /** Of these, how many the reader saw before; the others lay there shorter than its round. */
  seenBefore: number;
}

/** All files are written anew, then raced for once. */
async function raceOnce(
  race: Race,
  shop: Workshop,
  dashboard: Neighbour<DashboardTold, DashboardDid[]>,
  reader: Neighbour<ReaderTold, ReaderSaw>,
  tally: Tally,
): Promise<void> {
  const { root } = shop;
  const paths = Array.from({ length: files }, (_, n) => race.path(n));
  for (const [n, path] of paths.entries()) await renameOver(root, path, race.text(n));
  await shop.rescan();
  const commands = paths.map((_, n) => delivered(...race.command(n, revOf(Buffer.from(race.text(n))))));
  const sees = reader.tell({ root, paths });
  const writes = dashboard.tell({ root, paths });
  await shop.executor.accept(commands);
  await shop.executor.idle();
  const did = await writes;
  reader.send('stop');
  const { broken, revs } = await sees;
  assert.deepEqual(broken, []);

  const results = shop.executor.results();
  for (const [n, path] of paths.entries()) {
    const result = results.find(({ id }) => id === commands[n]?.id);
    const text = await readFile(join(root, path), 'utf8');
    const about = `${path}: ${JSON.stringify(result)}, the dashboard ${did[n]}, on the disk: ${text}`;
    if (result?.state !== 'done') {
      assert.ok(['conflict', 'already-decided'].includes(String((result?.problem as { code?: string })?.code)), about);
      assert.ok(!race.hasOurs(text) && did[n] === 'wrote', about);
      tally.refused += 1;
      continue;
    }
    const { rev } = result.result as { rev: string };
    tally.done += 1;
    if (revOf(Buffer.from(text)) === rev) continue;
    // Only the dashboard, which writes without looking again, can have taken it away.
    assert.equal(did[n], 'wrote', about);
    tally.overwritten += 1;
    if (revs[path]?.includes(rev)) tally.seenBefore += 1;
  }
  await shop.executor.acknowledge(commands.map(({ id }) => id));
}

async function raceAll(race: Race, more: Readonly<Record<string, string>>): Promise<Tally> {
  using dashboard = await startNeighbour<DashboardTold, DashboardDid[]>('hasty-dashboard.ts');
  using reader = await startNeighbour<ReaderTold, ReaderSaw>('restless-reader.ts');
  const texts = Array.from({ length: files }, (_, n) => [race.path(n), race.text(n)]);
  await using shop = await openWorkshop((root) => writeFiles(root, { ...more, ...Object.fromEntries(texts) }));
  const tally = { done: 0, refused: 0, overwritten: 0, seenBefore: 0 };
  for (let round = 0; round < rounds; round += files) await raceOnce(race, shop, dashboard, reader, tally);
  assert.equal(tally.done + tally.refused, Math.ceil(rounds / files) * files);
  return tally;
}

test('a decision beside the dashboard’s: no half or absent file, and no result that the disk does not bear out', async (t) => {
  const text = '# Design\n\nWait 5 minutes.\n';
  const tally = await raceAll(
    {
      path: (n) => approvalPath(`approval_${n}`),
      text: (n) => approvalText(`approval_${n}`),
      command: (n, ifRev) => [
        'approval-update',
        { approval: `approval_${n}`, decision: 'approve', fileRev: revOf(Buffer.from(text)) },
        { ifRev },
      ],
      hasOurs: (now) => (JSON.parse(now) as { status: string }).status === 'approved',
    },
    { [design]: text },
  );
  t.diagnostic(JSON.stringify(tally));
});

test('a tick beside the dashboard’s: no half or absent file, and no result that the disk does not bear out', async (t) => {
  const tasks = '# Tasks\n\n- [ ] 1. One\n- [ ] 2. Two\n\n<!-- end -->\n';
  const tally = await raceAll(
    {
      path: (n) => `.spec-workflow/specs/spec-${n}/tasks.md`,
      text: () => tasks,
      command: (n, ifRev) => ['task-status-update', { spec: `spec-${n}`, task: '1', status: 'completed' }, { ifRev }],
      hasOurs: (now) => now.includes('- [x] 1.'),
    },
    {},
  );
  t.diagnostic(JSON.stringify(tally));
});

test('a file that is replaced without pause is never read as absent', async () => {
  await using folder = await openTemporaryFolder();
  let reading = true;
  await writeFile(join(folder.path, 'a.json'), '{}');
  const replacing = (async () => {
    while (reading) await renameOver(folder.path, 'a.json', '{}');
  })();
  const found = new Set<string>();
  for (let n = 0; n < 500; n += 1) found.add((await readAt(folder.path, 'a.json')).is);
  reading = false;
  await replacing;
  assert.ok(found.has('file') && !found.has('absent'), [...found].join());
});
