/** The bridge's data folder and its lock. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultDataFolder, openDataFolder } from '../../bridge/data/data-folder.ts';
import { LockHeld, lockHolder, openLock } from '../../bridge/data/lock.ts';
import { DamagedFile } from '../../bridge/data/private-file.ts';
import { readPins } from '../../bridge/keys/pins.ts';
import { keepNetwork, readNetwork } from '../../bridge/net/network-settings.ts';
import { keepEnvironment, readEnvironment } from '../../bridge/service/kept-environment.ts';
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

/** Torn, empty, of another form. */
const damages = ['', '{', 'null', '{"handle":5}', '[{"id":"x"}]', '\0\0\0\0'];

test('a damaged file of the data folder is not taken for one that says nothing: it stays as it is, and a sentence says what to do', async () => {
  await using folder = await openTemporaryFolder();
  const data = await openDataFolder(folder.path);
  for (const text of damages) {
    const kept = ['projects.json', 'credentials.json', 'network.json', 'device-keys.json', 'service-environment.json'];
    for (const name of kept) await writeFile(join(folder.path, name), name === 'network.json' ? '7' : text);
    await writeFile(join(folder.path, 'service-environment.json'), '[');
    const reads = [
      () => data.projects(),
      () => data.credentials(),
      () => readNetwork(folder.path),
      () => readPins(folder.path),
      () => readEnvironment(folder.path),
    ];
    for (const [at, read] of reads.entries())
      assert.throws(read, (error: unknown) => {
        assert.ok(error instanceof DamagedFile && error.file === join(folder.path, kept[at] ?? ''), text);
        assert.match(error.message, /^\S+ is damaged, so it is not known .+(?:mv \S+ \S+\.damaged|sallyport \w+)/);
        return true;
      });
    // What a removal or an addition would write is of what the file said.
    await assert.rejects(data.keepProject('/a/shop', { added: true }), DamagedFile);
    await assert.rejects(data.removeProject('/a/shop'), DamagedFile);
    assert.equal(await readFile(join(folder.path, 'projects.json'), 'utf8'), text);
  }
});

test('what a person says anew replaces a damaged file, which is kept beside it with the time', async () => {
  await using folder = await openTemporaryFolder();
  const data = await openDataFolder(folder.path);
  for (const name of ['credentials.json', 'network.json', 'service-environment.json'])
    await writeFile(join(folder.path, name), 'torn');
  await data.keepCredentials({ url: 'https://relay.example', key: 'spm_x' });
  await keepNetwork(folder.path, { pac: '/etc/proxy.pac' });
  await keepEnvironment(folder.path, { HTTPS_PROXY: 'http://proxy:3128' });
  assert.equal(data.credentials()?.key, 'spm_x');
  assert.deepEqual(readNetwork(folder.path), { pac: '/etc/proxy.pac' });
  assert.deepEqual(readEnvironment(folder.path), { HTTPS_PROXY: 'http://proxy:3128' });
  const aside = (await readdir(folder.path)).filter((name) => /\.json\.damaged-\d+$/.test(name));
  assert.equal(aside.length, 3);
  for (const name of aside) assert.equal(await readFile(join(folder.path, name), 'utf8'), 'torn');
});

test('what may be forgotten counts as absent where it is damaged', async () => {
  await using folder = await openTemporaryFolder();
  for (const text of damages) {
    await writeFile(join(folder.path, 'acknowledged.json'), text);
    assert.equal((await openDataFolder(folder.path)).acknowledged(), null);
  }
});

test('of --pac and --ca, what is not named stays, and what is forgotten is gone', async () => {
  await using folder = await openTemporaryFolder();
  await keepNetwork(folder.path, { pac: 'https://pac.example/proxy.pac' });
  await keepNetwork(folder.path, { ca: '/etc/corp.pem' });
  assert.deepEqual(readNetwork(folder.path), { pac: 'https://pac.example/proxy.pac', ca: '/etc/corp.pem' });
  await keepNetwork(folder.path, { pac: undefined });
  assert.deepEqual(readNetwork(folder.path), { ca: '/etc/corp.pem' });
  await keepNetwork(folder.path, { ca: undefined });
  assert.deepEqual(await readdir(folder.path), []);
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
