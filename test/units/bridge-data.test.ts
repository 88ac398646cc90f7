/** The bridge's data folder and its lock. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultDataFolder, openDataFolder } from '../../bridge/data.ts';
import { LockHeld, lockHolder, openLock } from '../../bridge/lock.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

test('a project keeps its id over restarts, and two of one name have two', async () => {
  await using folder = await openTemporaryFolder();
  const data = await openDataFolder(folder.path);
  const [one, two] = await Promise.all([data.keepProject('/a/shop', {}), data.keepProject('/b/shop', { added: true })]);
  assert.equal(one.name, two.name);
  assert.notEqual(one.id, two.id);
  const again = await openDataFolder(folder.path);
  assert.deepEqual(again.projects(), [one, two]);
  assert.equal((await again.keepProject('/a/shop', { formats: ['lean-spec'] })).id, one.id);
});

test('whatever is secret can be read by its owner alone, and no temporary file stays', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'data');
  const data = await openDataFolder(path);
  await data.keepCredentials({ url: 'https://relay.example', key: 'spm_x' });
  await data.keepAcknowledged({ handle: 'h', epoch: 1, seq: 2 });
  assert.equal((await stat(path)).mode & 0o777, 0o700);
  assert.deepEqual((await readdir(path)).sort(), ['acknowledged.json', 'credentials.json']);
  for (const name of await readdir(path)) assert.equal((await stat(join(path, name))).mode & 0o777, 0o600, name);
  assert.deepEqual(data.acknowledged(), { handle: 'h', epoch: 1, seq: 2 });
});

test('a file that was torn or edited counts as absent', async () => {
  await using folder = await openTemporaryFolder();
  for (const text of ['', '{', 'null', '{"handle":5}', '[{"id":"x"}]']) {
    for (const name of ['acknowledged.json', 'projects.json', 'credentials.json'])
      await writeFile(join(folder.path, name), text);
    const data = await openDataFolder(folder.path);
    assert.equal(data.acknowledged(), null);
    assert.deepEqual(data.projects(), []);
    assert.equal(data.credentials(), undefined);
  }
});

test('a folder has one bridge at a time; the lock of one that died counts for nothing', async () => {
  await using folder = await openTemporaryFolder();
  {
    await using _lock = await openLock(folder.path);
    assert.equal(lockHolder(folder.path)?.pid, process.pid);
    await assert.rejects(
      openLock(folder.path),
      (error: unknown) => error instanceof LockHeld && error.pid === process.pid,
    );
  }
  assert.equal(lockHolder(folder.path), undefined);
  for (const dead of [
    JSON.stringify({ pid: 2 ** 22 + 1, began: '' }),
    JSON.stringify({ pid: process.pid, began: 'another boot 1' }),
    'torn',
  ]) {
    await writeFile(join(folder.path, 'lock'), dead);
    await using _lock = await openLock(folder.path);
    assert.match(await readFile(join(folder.path, 'lock'), 'utf8'), new RegExp(`"pid":${process.pid}`));
  }
  assert.deepEqual(await readdir(folder.path), []);
});

test('of many that take the lock at once one gets it', async () => {
  for (let round = 0; round < 100; round++) {
    await using folder = await openTemporaryFolder();
    await writeFile(join(folder.path, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, began: '' }));
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => openLock(folder.path)));
    assert.equal(taken.filter(({ status }) => status === 'fulfilled').length, 1, `round ${round}`);
    assert.deepEqual(await readdir(folder.path), ['lock']);
  }
});

test('who died while removing a dead lock keeps nobody from it', async () => {
  await using folder = await openTemporaryFolder();
  const dead = JSON.stringify({ pid: 2 ** 22 + 1, began: '' });
  const claim = `lock.${createHash('sha256').update(dead).digest('hex').slice(0, 16)}`;
  await writeFile(join(folder.path, 'lock'), dead);
  await writeFile(join(folder.path, claim), JSON.stringify({ pid: 2 ** 22 + 2, began: '' }));
  await using _lock = await openLock(folder.path);
  assert.deepEqual(await readdir(folder.path), ['lock']);
});

test('the data folder is beside that of npm start, on each platform', () => {
  assert.equal(defaultDataFolder({ SALLYPORT_DATA: '/x' }, 'linux'), '/x/bridge');
  assert.equal(defaultDataFolder({ HOME: '/h' }, 'linux'), '/h/.local/share/sallyport/bridge');
  assert.equal(defaultDataFolder({ HOME: '/h', XDG_DATA_HOME: '/d' }, 'linux'), '/d/sallyport/bridge');
  assert.equal(defaultDataFolder({ HOME: '/h' }, 'darwin'), '/h/Library/Application Support/Sallyport/bridge');
});
