/** Folders that are removed and made anew, or swapped, within milliseconds: they are watched on, without waiting for the rescan of every five minutes. */
import assert from 'node:assert/strict';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, specText, writeFiles } from '../kit/projects.ts';
import { openWatched, type Watched } from '../kit/watched.ts';

const spec = 'specs/001-first-light';
const logs = '.spec-workflow/specs/checkout/Implementation Logs';

/** Files that come one after the other, each seen by an event: no rescan is due for minutes. */
async function checkWatched(watched: Watched, folder: string): Promise<void> {
  for (const name of ['early.md', 'late.md', 'deep/later.md']) {
    await writeFiles(watched.root, { [`${folder}/${name}`]: `# ${name}\n` });
    await eventually(() => watched.has(`${folder}/${name}`), { timeoutMs: 4000 });
    const text = `# Saved again ${name}\n`;
    await writeFile(join(watched.root, folder, name), text);
    await eventually(() => watched.document(`${folder}/${name}`)?.size === text.length, { timeoutMs: 4000 });
  }
}

for (const rounds of [1, 5])
  test(`a folder removed and made anew ${rounds} times within milliseconds is watched on`, async () => {
    await using watched = await openWatched(makeSmallProject);
    for (let round = 0; round < rounds; round += 1) {
      await rm(join(watched.root, spec), { recursive: true });
      await mkdir(join(watched.root, spec));
    }
    await checkWatched(watched, spec);
    await eventually(() => !watched.has(`${spec}/README.md`));
  });

test('a folder swapped for another by two renames is watched on, with what the other held', async () => {
  await using watched = await openWatched(makeSmallProject);
  const aside = `${watched.root}-aside`;
  await writeFiles(aside, { 'README.md': specText('Another'), 'deep/NOTE.md': '# Note\n' });
  await rename(join(watched.root, spec), `${watched.root}-old`);
  await rename(aside, join(watched.root, spec));
  await eventually(() => watched.titleOf(`${spec}/README.md`) === 'Another' && watched.has(`${spec}/deep/NOTE.md`));
  await checkWatched(watched, spec);
  // What was put aside is none of the project any more.
  await writeFile(join(`${watched.root}-old`, 'README.md'), specText('Put aside'));
  await watched.quiet();
  assert.equal(watched.titleOf(`${spec}/README.md`), 'Another');
});

test('the folder of implementation logs made anew is watched on', async () => {
  await using watched = await openWatched(async (root) => {
    await makeSmallProject(root);
    await writeFiles(root, { [`${logs}/one.md`]: '# One\n' });
  });
  await rm(join(watched.root, logs), { recursive: true });
  await mkdir(join(watched.root, logs));
  await writeFiles(watched.root, { [`${logs}/two.md`]: '# Two\n' });
  await eventually(() => watched.has(`${logs}/two.md`) && !watched.has(`${logs}/one.md`), { timeoutMs: 4000 });
  await checkWatched(watched, logs);
});

test('a whole format removed and made anew is watched on', async () => {
  await using watched = await openWatched(makeSmallProject);
  await rm(join(watched.root, 'specs'), { recursive: true });
  await writeFiles(watched.root, { 'specs/004-anew/README.md': specText('Anew') });
  await eventually(() => watched.has('specs/004-anew/README.md') && !watched.has(`${spec}/README.md`), {
    timeoutMs: 4000,
  });
  await checkWatched(watched, 'specs/004-anew');
});

test('folders that are replaced before anybody can look are watched on', async () => {
  await using watched = await openWatched(makeSmallProject);
  const [first, second] = [join(watched.root, spec), join(watched.root, 'specs/002-second-wind')];
  await writeFiles(`${watched.root}-aside`, { 'README.md': specText('Another'), 'deep/NOTE.md': '# Note\n' });
  // In one breath: no event is heard in between.
  renameSync(first, `${watched.root}-old`);
  renameSync(`${watched.root}-aside`, first);
  rmSync(second, { recursive: true });
  mkdirSync(second);
  await eventually(() => watched.titleOf(`${spec}/README.md`) === 'Another' && watched.has(`${spec}/deep/NOTE.md`));
  await checkWatched(watched, spec);
  await checkWatched(watched, 'specs/002-second-wind');
});
