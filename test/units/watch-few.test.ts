/** A project with more folders than watches: those that changed last are watched, the others are looked at in turn. */
import assert from 'node:assert/strict';
import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { inotifyWatches } from '../kit/inotify.ts';
import { specText, writeFiles } from '../kit/projects.ts';
import { openWatched } from '../kit/watched.ts';

const count = 6;
const folderOf = (n: number) => `specs/00${n}-spec`;
const readme = (n: number) => `${folderOf(n)}/README.md`;
/** Less than a round of looking takes: what comes so soon came by an event. */
const soon = { timeoutMs: 4000 };
const inARound = { timeoutMs: 15_000 };

async function makeSpecs(root: string): Promise<void> {
  for (let n = 1; n <= count; n++) {
    await writeFiles(root, { [readme(n)]: specText(`Spec ${n}`) });
    await utimes(join(root, folderOf(n)), n * 1000, n * 1000);
  }
}

test('of more folders than watches those that changed last are watched, and nothing is lost in the others', async () => {
  const before = process.platform === 'linux' ? await inotifyWatches('self') : 0;
  await using watched = await openWatched(makeSpecs, { watches: 4 });
  const save = async (n: number, title: string) => {
    await writeFile(join(watched.root, readme(n)), specText(title));
    return (within: typeof soon) => eventually(() => watched.titleOf(readme(n)) === title, within);
  };
  // The root, specs/ and the two newest.
  if (process.platform === 'linux') assert.equal((await inotifyWatches('self')) - before, 4);
  assert.equal(
    watched.condition('few-watches'),
    'Changes in 4 of 8 folders of project are looked for every few seconds: `--watches 4` says so.',
  );
  assert.equal(watched.state(), 'polled');
  await (await save(6, 'Watched'))(soon);
  await (await save(1, 'Looked at'))(inARound);
  // Once something has changed in it, it is watched, in the place of the one that changed longest ago.
  await (await save(1, 'Watched from now on'))(soon);
  await (await save(6, 'Watched still'))(soon);
  if (process.platform === 'linux') assert.equal((await inotifyWatches('self')) - before, 4);
  await rm(join(watched.root, readme(2)));
  await rm(join(watched.root, folderOf(3)), { recursive: true });
  await writeFiles(watched.root, { [`${folderOf(4)}/deep/NOTE.md`]: '# Deep\n', 'specs/009-new/README.md': '# New\n' });
  await eventually(() => watched.has('specs/009-new/README.md'), soon);
  await writeFile(join(watched.root, 'specs/009-new/README.md'), specText('Watched at once'));
  await eventually(() => watched.titleOf('specs/009-new/README.md') === 'Watched at once', soon);
  await eventually(() => !watched.has(readme(2)) && !watched.has(readme(3)), inARound);
  await eventually(() => watched.has(`${folderOf(4)}/deep/NOTE.md`), inARound);
});

test('without a single watch all is looked at in turn', async () => {
  await using watched = await openWatched(makeSpecs, { watches: 0 });
  assert.match(watched.condition('few-watches') ?? '', /^Changes in 8 of 8 folders of project /);
  await writeFiles(watched.root, { 'specs/009-new/README.md': specText('New') });
  await eventually(() => watched.titleOf('specs/009-new/README.md') === 'New', inARound);
});
