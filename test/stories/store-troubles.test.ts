/** What is wrong with a relay's data, one row each: the relay says what it is and what to do, in a sentence, and goes on once it is mended. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Problem } from '#contract/problems.ts';
import { openStore } from '../../api/store/open.ts';
import { eventually } from '../kit/eventually.ts';
import { examine } from '../kit/examined.ts';
import { needs } from '../kit/parts.ts';
import { type Program, startProgram } from '../kit/process.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openRedisServer, type TestRedis } from '../kit/redis.ts';
import { openSmallDisk, type SmallDisk, smallDiskMissing } from '../kit/small-disk.ts';

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
  // The last two: nothing mends them but a backup.
  {
    what: 'a store that is torn',
    spoil: async (data) => await truncate(store(data), Math.floor((await stat(store(data))).size / 2)),
    mend: async () => {},
    says: /relay\.sqlite is damaged \(.+\)\. Put a backup in its place, or repair it: sqlite3 /,
  },
  {
    what: 'a store that is garbage',
    spoil: async (data) => await writeFile(store(data), randomBytes(64 * 1024)),
    mend: async () => {},
    says: /relay\.sqlite is not a database, or its first page is damaged\. Put a backup in its place, or choose/,
  },
];

/** A relay that does not start says why in one line. */
async function refuses(program: Program, says: RegExp, what: string): Promise<void> {
  assert.equal(await eventually(() => program.child.exitCode ?? undefined, { timeoutMs: 20_000 }), 1, what);
  assert.match(program.errors(), says, what);
  assert.equal(program.errors().trimEnd().split('\n').length, 1, `${what}: ${program.errors()}`);
}

async function serves(program: Program, what: string): Promise<void> {
  await program.line((line) => 'url' in line).catch((error: Error) => assert.fail(`${what}: ${error.message}`));
  assert.equal(await program.end('SIGTERM'), 0, what);
}

test('a data folder that is read-only, unreadable, torn or of another user gets a sentence, and serves once it is mended', {
  skip: skipModes,
}, async () => {
  await using folder = await openTemporaryFolder();
  const data = join(folder.path, 'relay');
  await mkdir(data, { mode: 0o700 });
  if (uid !== undefined) await Promise.all([chmod(folder.path, 0o755), chown(data, uid, uid)]);
  const servesHere = async (what: string) => {
    await using program = start(data);
    await serves(program, what);
  };
  await servesHere('a new one');
  for (const { what, spoil, mend, says } of rows) {
    await spoil(data);
    if (says === undefined) {
      await servesHere(what);
      continue;
    }
    await using program = start(data);
    await refuses(program, says, what);
    await mend(data);
  }
  assert.ok((await readdir(data)).includes('relay.sqlite'), 'a damaged store is left as it is');
});

const remount = (how: 'ro' | 'rw') => async (disk: SmallDisk) => {
  assert.equal(spawnSync('mount', ['-o', `remount,${how}`, disk.path]).status, 0);
};
const isFull = /^The disk that holds \S+relay\.sqlite is full\. Make space; nothing that was answered is lost\.\n$/;

/** What is wrong with the disk of a relay's data at its start, `before` that it has been used. */
const diskRows: readonly (readonly [
  what: string,
  spoil: (disk: SmallDisk) => Promise<void>,
  mend: (disk: SmallDisk) => Promise<void>,
  says: Record<'new' | 'used', RegExp>,
])[] = [
  ['full', (disk) => disk.fill(), (disk) => disk.free(), { new: isFull, used: isFull }],
  [
    'read-only',
    remount('ro'),
    remount('rw'),
    {
      new: /^\S+relay cannot be the data folder: its file system is read-only\. Choose another with --data\.\n$/,
      used: /^The file system of \S+relay\.sqlite is read-only\. Make it writable, or choose another data folder\.\n$/,
    },
  ],
];

test('a relay whose data lies on a disk that is full or read-only says so in a sentence, and serves once that is mended', {
  skip: smallDiskMissing,
}, async () => {
  await using disk = await openSmallDisk(4096);
  const startHere = () => startProgram('api/main.ts', ['--json', '--port', '0', '--data', join(disk.path, 'relay')]);
  for (const age of ['new', 'used'] as const) {
    for (const [what, spoil, mend, says] of diskRows) {
      await spoil(disk);
      await using refused = startHere();
      await refuses(refused, says[age], `${what}, ${age}`);
      await mend(disk);
      if (age === 'new') await rm(join(disk.path, 'relay'), { recursive: true, force: true });
    }
    await using program = startHere();
    await serves(program, `mended, ${age}`);
  }
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
type RedisRow = readonly [
  what: string,
  spoil: (redis: TestRedis) => Promise<unknown>,
  mend: (redis: TestRedis) => Promise<unknown>,
  says: RegExp,
];
const redisRows: readonly [RedisRow, RedisRow, ...RedisRow[]] = [
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

const rdb = (redis: TestRedis) => join(redis.folder, 'dump.rdb');
let saved: Buffer;
/** A Redis that finds another snapshot at its start, and does not start with that. */
const snapshot = (spoilt: (bytes: Buffer) => Buffer) => async (redis: TestRedis) => {
  await redis.command('SAVE');
  await redis.end();
  saved = await readFile(rdb(redis));
  await writeFile(rdb(redis), spoilt(saved));
  await assert.rejects(redis.start());
};
const startAgain = async (redis: TestRedis) => {
  await writeFile(rdb(redis), saved);
  await redis.start();
};
const rowsKey = 'sallyport:{global}:rows';
const away = /^The Redis at \S+ cannot be reached: .*ECONNREFUSED.*\. Check --store, and that it runs\.\n$/;

/** What is wrong with a Redis when a relay starts that has used it. */
const startRows: readonly RedisRow[] = [
  ['full', redisRows[0][1], redisRows[0][2], /^Redis is full\. Give it more memory \(maxmemory\)\. It says: OOM .+\n$/],
  [
    'read-only',
    redisRows[1][1],
    redisRows[1][2],
    /^This Redis is a replica, which cannot be written to\. Name its master, or its sentinels\. It says: READONLY .+\n$/,
  ],
  [
    'unreadable',
    (redis) => redis.command('ACL', 'SETUSER', 'default', '-@read'),
    (redis) => redis.command('ACL', 'SETUSER', 'default', '+@all'),
    /^The user of this Redis may not do what the relay needs\. Give it all commands and keys.* It says: NOPERM .+\n$/,
  ],
  [
    'one whose user may read alone',
    (redis) => redis.command('ACL', 'SETUSER', 'default', '-@write'),
    (redis) => redis.command('ACL', 'SETUSER', 'default', '+@all'),
    /^The user of this Redis may not do what the relay needs\. .* It says: ERR The user executing the script .+\n$/,
  ],
  [
    'one that wants a password',
    (redis) => redis.command('CONFIG', 'SET', 'requirepass', 'secret'),
    // The test has no password either.
    async (redis) => {
      await redis.end();
      await redis.start();
    },
    /^Redis wants another user or password\. Set them in SALLYPORT_STORE\. It says: NOAUTH .+\n$/,
  ],
  ['one whose snapshot is torn', snapshot((bytes) => bytes.subarray(0, bytes.length / 2)), startAgain, away],
  ['one whose snapshot is garbage', snapshot((bytes) => randomBytes(bytes.length)), startAgain, away],
  [
    'one in which something else has the key of the handle',
    async (redis) => {
      await redis.command('RENAME', 'sallyport:handle', 'aside');
      await redis.command('SET', 'sallyport:handle', 'garbage');
    },
    (redis) => redis.command('RENAME', 'aside', 'sallyport:handle'),
    /^sallyport:handle is not one of Sallyport's keys\. Choose another \?prefix=\.\n$/,
  ],
  [
    'one in which something else has the key of rows',
    async (redis) => {
      await redis.command('RENAME', rowsKey, 'aside');
      await redis.command('SET', rowsKey, 'garbage');
    },
    (redis) => redis.command('RENAME', 'aside', rowsKey),
    /^A key of the relay in Redis is another program's\. Choose another \?prefix=, or .* It says: WRONGTYPE .+\n$/,
  ],
];

test('a relay whose Redis is full, read-only, unreadable, torn or garbage says so in a sentence at its start, and serves once that is mended', {
  skip: needs('redis-server'),
}, async () => {
  await using redis = await openRedisServer();
  await using folder = await openTemporaryFolder();
  const args = ['--json', '--port', '0', '--data', folder.path, '--store', redis.url];
  const startHere = () => startProgram('api/main.ts', args);
  await using first = startHere();
  await serves(first, 'a new one');
  for (const [what, spoil, mend, says] of startRows) {
    await redis.command('SAVE');
    await spoil(redis);
    await using refused = startHere();
    await refuses(refused, says, what);
    await mend(redis);
  }
  await using mended = startHere();
  await serves(mended, 'all of them mended');
});
