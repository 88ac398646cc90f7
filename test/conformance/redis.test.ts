/** Redis held to the suite, alone and as a cluster, and what is its own: what it refuses, what expires, and several processes on one. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { openStore } from '../../api/store/open.ts';
import { StoreRefused } from '../../api/store/store.ts';
import { createCertificate } from '../kit/certificate.ts';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { needs, testNeeding } from '../kit/parts.ts';
import { startProgram } from '../kit/process.ts';
import { openTemporaryFolder, writeFiles } from '../kit/projects.ts';
import {
  openRedisCluster,
  openRedisSentinel,
  openRedisServer,
  type TestCluster,
  type TestRedis,
} from '../kit/redis.ts';
import { testStore } from './store-suite.ts';

const skip = needs('redis-server');
const test = testNeeding('redis-server');

let server: TestRedis;
let cluster: TestCluster;
if (skip === false)
  before(async () => {
    server = await openRedisServer();
    cluster = await openRedisCluster();
  });
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

testStore('Redis', (place) => openStore(`${server.url}?prefix=${place}`), skip);
testStore('Redis Cluster', (place) => openStore(`${cluster.url}?prefix=${place}`), skip);

test('several processes on one Redis: a signal of one wakes the other, and so does what it missed while its subscription was made', async () => {
  await using first = await openStore(`${server.url}?prefix=two`);
  await using second = await openStore(`${server.url}?prefix=two`);
  let heard = 0;
  using _listening = second.listen('m:x', 'name', () => heard++);
  await first.commit('m:x', { put: [{ table: 't', key: 'k', value: 'v' }], signal: ['name'] });
  await eventually(() => heard > 0);
  const before = heard;
  await first.commit('m:x', { signal: ['name'] });
  // A wake-up for what may have been missed can come behind the first signal, so it is no exact number.
  await eventually(() => heard > before);
  assert.equal(first.handle, second.handle);
});

test("a machine's keys all expire at one time, which a touch moves; an organisation's never", async () => {
  await using store = await openStore(`${server.url}?prefix=ttl`);
  const everything = {
    put: [{ table: 't', key: 'k', value: 'v' }],
    tickets: [{ name: 't', value: 'v', ttlMs: 60_000 }],
    append: [{ log: 'log', value: 'v' }],
    blobs: [{ rev: 'rev', bytes: Buffer.from('v') }],
    due: [{ id: 'due', at: 1 }],
  };
  await store.commit('m:one', everything);
  await store.addPiece('m:one', 'other', 0, Buffer.from('v'));
  await store.commit('m:one', { append: [{ log: 'later', value: 'v' }], hold: [{ rev: 'rev', holder: 'h' }] });
  await store.commit('o:one', everything);
  const ends = async (shard: string) => {
    const keys = (await server.command('KEYS', `ttl:{${shard}}:*`)) as string[];
    return { keys, ends: [...new Set(await Promise.all(keys.map((key) => server.command('PEXPIRETIME', key))))] };
  };
  const first = await ends('m:one');
  assert.equal(first.ends.length, 1, JSON.stringify(first));
  assert.ok(first.keys.length >= 12);
  assert.deepEqual((await ends('o:one')).ends, [-1]);
  await store.touch('m:one');
  const second = await ends('m:one');
  assert.equal(second.ends.length, 1);
  assert.ok(Number(second.ends[0]) > Number(first.ends[0]));
  await store.drop('m:one');
  assert.deepEqual((await ends('m:one')).keys, []);
});

test('scripts that the server has forgotten are told again', async () => {
  await using store = await openStore(`${server.url}?prefix=scripts`);
  await store.commit('m:x', { put: [{ table: 't', key: 'k', value: 'v' }] });
  await server.command('SCRIPT', 'FLUSH');
  assert.ok((await store.commit('m:x', { put: [{ table: 't', key: 'k', value: 'w' }] })).done);
  assert.equal((await store.row('m:x', 't', 'k'))?.value, 'w');
});

test('a server that is away is said to be away at once, and one that hangs after 5 s; both come back by themselves', async () => {
  await using own = await openRedisServer('--appendonly', 'yes');
  await using store = await openStore(own.url);
  let woken = 0;
  using _listening = store.listen('m:x', 'name', () => woken++);
  const put = (value: string) => store.commit('m:x', { put: [{ table: 't', key: 'k', value }] });
  await put('1');
  const { handle } = store;
  await own.end('SIGKILL');
  const asked = performance.now();
  await assert.rejects(put('2'), { code: 'store-away' });
  assert.ok(performance.now() - asked < 1000);
  woken = 0;
  await own.start();
  await eventually(() => put('3'));
  await eventually(() => woken > 0);
  await eventually(() => store.handle !== handle);
  own.signal('SIGSTOP');
  await assert.rejects(put('4'), { code: 'store-away' });
  own.signal('SIGCONT');
  await eventually(() => put('5'));
  await using other = await openStore(own.url);
  assert.equal((await other.row('m:x', 't', 'k'))?.value, '5');
});

test('a Redis that another server process serves now, or that was emptied, has another handle', async () => {
  await using own = await openRedisServer('--appendonly', 'yes');
  await using store = await openStore(own.url);
  const first = store.handle;
  await own.command('FLUSHALL');
  const second = await eventually(() => store.handle !== first && store.handle);
  await own.end();
  await own.start();
  const third = await eventually(() => store.handle !== second && store.handle);
  await using other = await openStore(own.url);
  assert.equal(other.handle, third);
});

test('behind sentinels a replica takes over: what it has is there, under another handle, and signals arrive', async () => {
  await using sentinel = await openRedisSentinel();
  await using first = await openStore(sentinel.url);
  await using second = await openStore(sentinel.url);
  let heard = 0;
  using _listening = second.listen('m:x', 'name', () => heard++);
  const put = (value: string) => first.commit('m:x', { put: [{ table: 't', key: 'k', value }], signal: ['name'] });
  await put('before');
  await eventually(() => heard > 0);
  await eventually(async () => (await sentinel.replica.command('HGET', 'sallyport:{m:x}:rows', 't\nk')) !== null);
  const { handle } = first;
  await sentinel.master.end('SIGKILL');
  assert.equal((await eventually(() => first.row('m:x', 't', 'k'), { timeoutMs: 20_000 })).value, 'before');
  await eventually(() => put('after'), { timeoutMs: 20_000 });
  await eventually(() => first.handle !== handle && first.handle === second.handle, { timeoutMs: 20_000 });
  heard = 0;
  await eventually(async () => {
    await put('again');
    return heard > 0;
  });
});

test('over TLS (rediss://) a relay takes a Redis whose certificate it trusts, and no other', async () => {
  await using folder = await openTemporaryFolder();
  const { cert, key } = createCertificate();
  const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await writeFiles(folder.path, { 'cert.pem': cert, 'key.pem': key });
  const port = String(await freePort());
  const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', certFile];
  await using _server = await openRedisServer('--tls-port', port, ...files, '--tls-auth-clients', 'no');
  const args = ['--port', '0', '--data', join(folder.path, 'relay'), '--store', `rediss://localhost:${port}`, '--json'];
  await using trusting = startProgram('api/main.ts', args, { NODE_EXTRA_CA_CERTS: certFile });
  const { url } = await trusting.line((line) => 'url' in line);
  assert.equal((await fetch(new URL('/readyz', String(url)))).status, 200);
  await using other = startProgram('api/main.ts', args);
  await new Promise((resolve) => other.child.once('close', resolve));
  assert.equal(other.child.exitCode, 1);
  assert.match(other.errors(), /^The Redis at localhost:\d+ cannot be reached: .*certificate/);
});

test('what cannot serve is refused in a sentence that shows no password', async () => {
  const refused = (url: string, sentence: RegExp) =>
    assert.rejects(openStore(url), (error) => {
      assert.ok(error instanceof StoreRefused);
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  await refused('redis://ada:hunter2@', /no address/);
  await refused('redis://:hunter2@a,b', /one host/);
  await refused('redis://host/16/2', /no database/);
  await refused('redis+cluster://host/1', /only database 0/);
  await refused('redis+sentinel://host', /name of the master/);
  await refused('redis://host?ttl=1', /\?prefix=/);
  await refused('mysql://ada:hunter2@host', /not known/);
  await using guarded = await openRedisServer('--maxmemory-policy', 'allkeys-lru');
  await refused(guarded.url, /noeviction/);
  await guarded.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction', 'requirepass', 'hunter3');
  await refused(`redis://:hunter2@127.0.0.1:${guarded.port}`, /WRONGPASS|invalid username-password/);
  await using _right = await openStore(`redis://:hunter3@127.0.0.1:${guarded.port}`);
  await server.command('SET', 'newer:handle', '99:x');
  await refused(`${server.url}?prefix=newer`, /newer Sallyport/);
});
