/** What is wrong with a relay's data, one row each: the relay says what it is and what to do, in a sentence, and goes on once it is mended. */
import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { openStore } from '../../api/store/open.ts';
import { eventually } from '../kit/eventually.ts';
import { examine } from '../kit/examined.ts';
import { needs } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openRedisServer, type TestRedis } from '../kit/redis.ts';
import { openSmallDisk, smallDiskMissing } from '../kit/small-disk.ts';

/** Nobody, where this is root: root may read and write everything. */
const uid = process.getuid?.() === 0 ? 65_534 : undefined;
const skipModes = process.platform === 'win32' && 'this system has no modes of files';

function start(data: string) {
  return startProgram('api/main.ts', ['--json', '--port', '0', '--data', data], {}, undefined, uid);
}

interface Row {
  readonly what: string;
  readonly spoil: (data: string) => Promise<unknown>;
  readonly mend: (data: string) => Promise<unknown>;
  /** What a relay says that does not start; undefined for one that starts nevertheless. */
  readonly says?: RegExp;
}

const store = (data: string) => join(data, 'relay.sqlite');
const mode = (name: string, bits: number) => async (data: string) => await chmod(join(data, name), bits);
const owned = /relay\.sqlite cannot be read and written by this user\. Check who owns it, and its folder\.\n$/;

const rows: readonly Row[] = [
  {
    what: 'a folder that is read-only',
    spoil: mode('.', 0o500),
    mend: mode('.', 0o700),
    says: /relay\.sqlite cannot be written to\. Check who owns it, and its folder\.\n$/,
  },
  { what: 'a folder that cannot be read', spoil: mode('.', 0), mend: mode('.', 0o700), says: owned },
  {
    what: 'a store that is read-only',
    spoil: mode('relay.sqlite', 0o400),
    mend: mode('relay.sqlite', 0o600),
    says: owned,
  },
  {
    what: 'a store that cannot be read',
    spoil: mode('relay.sqlite', 0),
    mend: mode('relay.sqlite', 0o600),
    says: owned,
  },
  {
    what: 'the note of another process, torn',
    spoil: async (data) => await writeFile(join(data, 'relay.json'), '{"pid":1,"ur'),
    mend: async () => {},
  },
  {
    what: 'the note of a relay that root had started',
    spoil: async (data) => {
      await writeFile(join(data, 'relay.json'), '{}', { mode: 0o400 });
    },
    mend: async () => {},
  },
  // The last one: nothing mends it but a backup.
  {
    what: 'a store that is torn',
    spoil: async (data) => await truncate(store(data), Math.floor((await stat(store(data))).size / 2)),
    mend: async () => {},
    says: /relay\.sqlite is damaged \(.+\)\. Put a backup in its place, or repair it: sqlite3 /,
  },
];

test('a data folder that is read-only, unreadable, torn or of another user gets a sentence, and serves once it is mended', {
  skip: skipModes,
}, async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'relay');
  await mkdir(data, { mode: 0o700 });
  if (uid !== undefined) await Promise.all([chmod(folder.path, 0o755), chown(data, uid, uid)]);
  const serves = async (what: string) => {
    await using program = start(data);
    await program.line((line) => 'url' in line).catch((error: Error) => assert.fail(`${what}: ${error.message}`));
    assert.equal(await program.end('SIGTERM'), 0, what);
  };
  await serves('a new one');
  for (const { what, spoil, mend, says } of rows) {
    await spoil(data);
    if (says === undefined) {
      await serves(what);
      continue;
    }
    await using program = start(data);
    assert.equal(await eventually(() => program.child.exitCode ?? undefined, { timeoutMs: 20_000 }), 1, what);
    assert.match(program.errors(), says, what);
    assert.equal(program.errors().trimEnd().split('\n').length, 1, program.errors());
    await mend(data);
  }
  assert.ok((await readdir(data)).includes('relay.sqlite'), 'a damaged store is left as it is');
});

/** A relay whose store is on this disk or server, as doctor finds it from a machine, before it is full and then. */
async function examineFull(args: readonly string[], fill: () => Promise<unknown>, mend: () => Promise<unknown>) {
  await using program = startProgram('api/main.ts', ['--json', '--port', '0', ...args], {});
  const { url } = (await program.line((line) => 'url' in line)) as { readonly url: string };
  const culprits = async () => {
    const found = await examine({ origin: new URL(url) }, ['Network', 'Relay']);
    return { text: found.text, names: found.culprits.join() };
  };
  // Without a key of a machine, that alone is wrong.
  await eventually(async () => (await culprits()).names === 'key');
  await fill();
  const full = await eventually(async () => {
    const now = await culprits();
    return now.names === 'store' ? now.text : undefined;
  });
  await mend();
  await eventually(async () => (await culprits()).names === 'key', { timeoutMs: 20_000 });
  return full;
}

const cannotWrite =
  /Store: The relay answers, but it cannot write to its store\. .* nothing is lost\. On the server, free/;

test('doctor names the store of a relay whose disk is full', { skip: smallDiskMissing }, async () => {
  await using disk = await openSmallDisk(2048);
  const text = await examineFull(['--data', join(disk.path, 'relay')], disk.fill, disk.free);
  assert.match(text, cannotWrite);
});

test('doctor names the store of a relay whose Redis is full', { skip: needs('redis-server') }, async () => {
  await using redis = await openRedisServer();
  await using folder = await openTemporaryFolder();
  const limit = (bytes: string) => redis.command('CONFIG', 'SET', 'maxmemory', bytes);
  const args = ['--data', join(folder.path, 'relay'), '--store', redis.url];
  assert.match(
    await examineFull(
      args,
      () => limit('1'),
      () => limit('0'),
    ),
    cannotWrite,
  );
});

/** What makes a Redis refuse writes, and what ends that. */
const redisRows: readonly (readonly [
  what: string,
  spoil: (redis: TestRedis) => Promise<unknown>,
  mend: (redis: TestRedis) => Promise<unknown>,
  says: RegExp,
])[] = [
  [
    'full',
    (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '1'),
    (redis) => redis.command('CONFIG', 'SET', 'maxmemory', '0'),
    /OOM/,
  ],
  [
    'a replica, which is read-only',
    (redis) => redis.command('REPLICAOF', '127.0.0.1', '1'),
    (redis) => redis.command('REPLICAOF', 'NO', 'ONE'),
    /READONLY|MASTERDOWN/,
  ],
  [
    'one whose user may not write any more',
    (redis) => redis.command('ACL', 'SETUSER', 'default', '-@scripting'),
    (redis) => redis.command('ACL', 'SETUSER', 'default', '+@all'),
    /NOPERM/,
  ],
  [
    'one whose disk takes no snapshot',
    async (redis) => {
      await redis.command('CONFIG', 'SET', 'save', '3600 1');
      await rm(redis.folder, { recursive: true });
      await redis.command('SET', 'a', 'change');
      await redis.command('BGSAVE');
      await eventually(async () =>
        /rdb_last_bgsave_status:err/.test(String(await redis.command('INFO', 'persistence'))),
      );
    },
    (redis) => redis.command('CONFIG', 'SET', 'stop-writes-on-bgsave-error', 'no'),
    /MISCONF/,
  ],
];

test('a Redis that is full, read-only, closed or cannot save is away for so long, in its own words, and loses nothing', {
  skip: needs('redis-server'),
}, async () => {
  await using redis = await openRedisServer();
  await using open = await openStore(redis.url);
  const put = async (value: string) => await open.commit('m:x', { put: [{ table: 't', key: 'k', value }] });
  for (const [what, spoil, mend, says] of redisRows) {
    await put(`before: ${what}`);
    await spoil(redis);
    await assert.rejects(put('refused'), (error) => {
      assert.ok(error instanceof Problem && error.code === 'store-away', `${what}: ${error}`);
      assert.match(String((error.cause as Error)?.message), says, what);
      return true;
    });
    await mend(redis);
    assert.equal((await eventually(() => open.row('m:x', 't', 'k'))).value, `before: ${what}`, what);
    await eventually(() => put(`after: ${what}`));
  }
});
