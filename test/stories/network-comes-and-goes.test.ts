/** What a bridge writes for its next start, whose network comes and goes: at each connect it is asked to. */
import assert from 'node:assert/strict';
import { mkdir, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { readLastManifest } from '../../bridge/data/last-manifest.ts';
import { type Projects, startProjects } from '../../bridge/projects/projects.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { eventually } from '../kit/eventually.ts';
import { makeSmallProject, openTemporaryFolder, specText, writeFiles } from '../kit/projects.ts';

const specPath = 'specs/001-first-light/README.md';
/** Their list is so large, by their titles, that it is not written again within the next ten seconds. */
const many = 1500;
const longTitle = 'x'.repeat(5000);
const soon = { timeoutMs: 10_000 };

test('on a train, a bridge writes what it holds once, and again only after something has changed', async () => {
  await using train = await openTrain(makeSmallProject);
  const { root } = train;
  const written = await train.connected();
  assert.equal(await train.connected(), written, 'at a connect without a change nothing is written');
  await writeFile(join(root, specPath), specText('Saved in a tunnel'));
  const again = await eventually(async () => {
    const now = await train.connected();
    assert.notEqual(now, written);
    return now;
  });
  assert.equal((await train.keptTitles()).get(specPath), 'Saved in a tunnel');
  assert.equal(await train.connected(), again);

  // A file that was saved within the last 50 ms is read again by the next start, and by none after that.
  await eventually(async () => {
    const before = await train.connected();
    await train.restart();
    assert.equal(await train.connected(), before, 'a start that finds all as it was writes nothing either');
    return true;
  }, soon);
});

test('with thousands of documents, saves between two tunnels are written now and then, and all of them at the end', async () => {
  await using train = await openTrain(makeMany);
  const { root } = train;
  const written = await train.connected();
  await writeFile(join(root, specPath), specText('Saved in a tunnel'));
  await train.saved();
  assert.equal(await train.connected(), written, 'not a second time within seconds');
  await train.stop();
  assert.equal((await train.keptTitles()).get(specPath), 'Saved in a tunnel');
});

test('what found no room on the disk is written at the next connect', async () => {
  await using train = await openTrain(makeSmallProject);
  // Where it is begun there is a folder: to the bridge that is a disk without room.
  const inTheWay = `${train.file}.${process.pid}.new`;
  await mkdir(inTheWay, { recursive: true });
  await assert.rejects(train.connected(), { code: 'ENOENT' });
  await rmdir(inTheWay);
  await train.connected();
  assert.ok((await train.keptTitles()).has(specPath));
});

test('specs that a person has deleted, all of them, are not back after a restart', async () => {
  await using train = await openTrain(makeSmallProject);
  await train.connected();
  for (const folder of ['specs', '.spec-workflow']) await rm(join(train.root, folder), { recursive: true });
  await eventually(() => train.documents() === 0);
  await train.restart();
  assert.equal(train.documents(), 0);
});

/** The projects of a bridge that is on its way, and their notes. */
async function openTrain(make: (root: string) => Promise<unknown>) {
  await using opened = new AsyncDisposableStack();
  const { path } = opened.use(await openTemporaryFolder());
  const root = join(path, 'shop');
  await make(root);
  const data = await openDataFolder(join(path, 'data'));
  const start = async () =>
    await startProjects({
      ...{ data, roots: [root], bodies: createBodies() },
      conditions: createConditions({ clock: Date.now, onChange: () => undefined }),
      onChanges: () => undefined,
      onAnnounce: () => undefined,
      onState: () => undefined,
    });
  let projects: Projects | undefined = await start();
  const stop = async () => {
    await projects?.[Symbol.asyncDispose]();
    projects = undefined;
  };
  opened.defer(stop);
  const [id = ''] = projects.whole();
  const file = join(path, 'data', 'manifests', `${id}.json`);
  const held = opened.move();
  return {
    ...{ root, file, stop },
    documents: () => projects?.status()[0]?.documents,
    saved: async () =>
      await eventually(() => projects?.all()[0]?.documents.get(specPath)?.title === 'Saved in a tunnel'),
    /** The network is back, and all is up; which writing the notes are from. */
    connected: async (): Promise<string> => {
      await projects?.keep();
      const { ino, mtimeMs } = await stat(file);
      return `${ino} ${mtimeMs}`;
    },
    restart: async () => {
      await stop();
      projects = await start();
    },
    keptTitles: async () => {
      const titles = new Map<string, string | null>();
      for (const item of (await readLastManifest(data, id)).index?.items ?? [])
        if (typeof item !== 'string') for (const row of item[1]) titles.set(`${item[0]}/${row[0]}`, row[4]);
      return titles;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function makeMany(root: string): Promise<void> {
  const files = Array.from(
    { length: many },
    (_, n) => [`specs/002-many/PART-${n}.md`, `# Part ${n} ${longTitle}\n`] as const,
  );
  await writeFiles(root, { ...Object.fromEntries(files), [specPath]: specText('First light') });
}
