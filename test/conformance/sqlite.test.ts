/** SQLite held to the suite, and what is its own: the file, the crash, the second process, the newer layout. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { openStore } from '../../api/store/open.ts';
import { withoutSync } from '../../api/store/sqlite/transaction.ts';
import { type Store, StoreRefused } from '../../api/store/store.ts';
import { testStore } from './store-suite.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-store-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const fileAt = (place: string) => join(folder, `${place}.sqlite`);
const open = (place: string) => openStore(`sqlite:${fileAt(place)}`);

testStore('SQLite', open);

/** Runs the committer until it has made some commits, kills it, and resolves to the last number that it wrote. */
async function crash(file: string, commits: number, ...more: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'committer.ts'), file, ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    if (written.split('\n').length > commits) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return Number(written.trimEnd().split('\n').at(-1));
}

test('a process killed in mid-commit loses nothing that was told durable, and leaves no half commit', async () => {
  const file = fileAt('crash');
  for (const commits of [3, 17, 40]) {
    const told = await crash(file, commits);
    await using store = await openStore(`sqlite:${file}`);
    const { last } = await store.log('m:crash', 'log');
    assert.ok(last === told || last === told + 1, `told ${told}, found ${last}`);
    const value = String(last).repeat(500);
    for (const key of ['a', 'b', 'c']) assert.equal((await store.row('m:crash', 'table', key))?.value, value);
    assert.equal((await store.entries('m:crash', 'log', last - 1, 1)).entries[0]?.value, value);
    assert.equal((await store.blob('m:crash', `rev-${last}`))?.length, value.length);
    assert.equal(await store.blob('m:crash', `rev-${last + 1}`), undefined);
    assert.deepEqual(await store.due(10), [{ shard: 'm:crash', id: 'due', at: last }]);
  }
});

test('a process killed in mid-commit loses nothing of what need not wait for the disk either', async () => {
  const file = fileAt('crash-volatile');
  const told = await crash(file, 40, 'volatile');
  await using store = await openStore(`sqlite:${file}`);
  const { last } = await store.log('m:crash', 'log');
  assert.ok(last === told || last === told + 1, `told ${told}, found ${last}`);
});

test('what need not wait for the disk leaves the next commit as durable as before, also where it fails', () => {
  const db = new DatabaseSync(fileAt('levels'));
  const level = () => db.prepare('PRAGMA synchronous').get()?.synchronous;
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t(a)');
  const full = level();
  const within = withoutSync(db, () => {
    db.exec('INSERT INTO t VALUES (1)');
    return level();
  });
  assert.notEqual(within, full);
  assert.equal(level(), full);
  assert.throws(() => withoutSync(db, () => db.exec('INSERT INTO nowhere VALUES (1)')));
  assert.equal(level(), full);
  db.close();
});

test('a second process that opens the file is told that it is in use', async () => {
  await using _store = await open('used');
  const code = `import { openStore } from ${JSON.stringify(join(import.meta.dirname, '../../api/store/open.ts'))};
    await openStore(${JSON.stringify(`sqlite:${fileAt('used')}`)}).catch((error) => console.log(error.name, error.message));`;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  assert.match(said, /^StoreRefused .*in use by another process/);
});

test('a file of a newer layout is refused with what to do, and left as it is', async () => {
  await (await open('newer'))[Symbol.asyncDispose]();
  const db = new DatabaseSync(fileAt('newer'));
  db.exec('PRAGMA user_version = 99');
  db.close();
  await assert.rejects(
    open('newer'),
    (error) => error instanceof StoreRefused && /newer Sallyport.*Update/.test(error.message),
  );
});

test('what is no data file of ours is refused and left as it is', async () => {
  writeFileSync(fileAt('text'), "not a database, but somebody's notes\n".repeat(100));
  await assert.rejects(open('text'), StoreRefused);
  const db = new DatabaseSync(fileAt('foreign'));
  db.exec('CREATE TABLE theirs (a)');
  db.close();
  await assert.rejects(open('foreign'), /not one of Sallyport's/);
  await assert.rejects(openStore('sqlite:/nowhere/at/all.sqlite'), StoreRefused);
  await assert.rejects(openStore('mysql://here'), /not known/);
});

test("the data file is its owner's alone", { skip: process.platform === 'win32' }, async () => {
  await using _store = await open('mode');
  for (const suffix of ['', '-wal']) assert.equal(statSync(`${fileAt('mode')}${suffix}`).mode & 0o077, 0);
});

const MIB = 1024 * 1024;

/** Fills a store, drops that, and sweeps until the file is small; how many sweeps it took. */
async function shrink(store: Store): Promise<number> {
  for (let number = 0; number < 24; number += 1)
    await store.commit('m:full', { blobs: [{ rev: `rev-${number}`, bytes: Buffer.alloc(MIB) }] });
  const full = await store.size();
  assert.ok(full > 24 * MIB);
  await store.drop('m:full');
  let sweeps = 0;
  for (; (await store.size()) > full / 2 && sweeps < 100; sweeps += 1) await store.due(1);
  assert.ok((await store.size()) <= full / 2, `${await store.size()} of ${full} after ${sweeps} sweeps`);
  return sweeps;
}

test('what is dropped gives its space back, a piece at each sweep', async () => {
  await using store = await open('shrinks');
  assert.ok((await shrink(store)) > 3, 'no sweep gives back much at once');
});

test('a file of an older release is rewritten once, loses nothing, and gives space back too', async () => {
  {
    await using store = await open('older');
    await store.commit('m:kept', { put: [{ table: 't', key: 'k', value: 'v' }] });
  }
  const before = new DatabaseSync(fileAt('older'));
  before.exec('PRAGMA auto_vacuum = NONE; VACUUM;');
  assert.equal(before.prepare('PRAGMA auto_vacuum').get()?.auto_vacuum, 0);
  before.close();
  await using store = await open('older');
  assert.ok((await shrink(store)) > 3);
  assert.equal((await store.row('m:kept', 't', 'k'))?.value, 'v');
});
