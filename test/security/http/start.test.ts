/** The relay as a program: how it starts, what it refuses to start as, and how it ends. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createCertificate } from '../../kit/certificate.ts';
import { openStream } from '../../kit/event-stream.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Program, startProgram } from '../../kit/process.ts';

const folder = await mkdtemp(join(tmpdir(), 'sallyport-start-'));
after(() => rm(folder, { recursive: true, force: true }));

function start(...args: string[]): Program {
  return startProgram('api/main.ts', ['--json', ...args]);
}

async function up(program: Program) {
  const { url, signInLink, apiKey } = await program.line((line) => 'url' in line);
  return { url: String(url), signInLink: String(signInLink), apiKey: String(apiKey) };
}

async function refused(...args: string[]) {
  await using program = start(...args);
  const code = await eventually(() => program.child.exitCode ?? undefined);
  return { code, errors: program.errors() };
}

test("the owner's key is kept for the owner alone and is the same at the next start, and every start's link signs in", async () => {
  const data = join(folder, 'kept');
  const keys: string[] = [];
  for (const _start of [1, 2]) {
    await using program = start('--port', '0', '--data', data);
    const { url, apiKey, signInLink } = await up(program);
    keys.push(apiKey);
    const me = await fetch(new URL('/v1/me', url), { headers: { authorization: `Bearer ${apiKey}` } });
    assert.equal(me.status, 200);
    const token = /^http:\/\/127\.0\.0\.1:\d+\/#\/sign-in\/(.+)$/.exec(signInLink)?.[1];
    const body = JSON.stringify({ token });
    const session = await fetch(new URL('/v1/sessions', url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    assert.equal(session.status, 201);
    assert.equal(await program.end('SIGTERM'), 0);
  }
  assert.equal(keys[0], keys[1]);
  assert.equal((await readFile(join(data, 'owner-key'), 'utf8')).trim(), keys[0]);
  if (process.platform !== 'win32') assert.equal((await stat(join(data, 'owner-key'))).mode & 0o777, 0o600);
});

test('nothing of the secrets lies readable in the store or in the log', async () => {
  const data = join(folder, 'secrets');
  await using program = start('--port', '0', '--data', data, '--log-level', 'debug');
  const { url, apiKey, signInLink } = await up(program);
  const token = signInLink.split('/').at(-1) ?? '';
  const body = JSON.stringify({ token });
  const session = await fetch(new URL('/v1/sessions', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  const cookie = session.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? '';
  await fetch(new URL(`/v1/me?key=${apiKey}`, url), { headers: { authorization: `Bearer ${apiKey}` } });
  await program.end('SIGTERM');
  const store = await readFile(join(data, 'relay.sqlite'), 'latin1');
  const log = program.errors();
  assert.match(log, /"event":"request"/);
  for (const secret of [apiKey, token, cookie]) {
    assert.ok(secret.length > 30);
    assert.ok(!store.includes(secret) && !log.includes(secret));
  }
});

test('a second relay on the same data, or on the same port, says so and ends with 1', async () => {
  const data = join(folder, 'one');
  await using first = start('--port', '0', '--data', data);
  const { url } = await up(first);
  const sameData = await refused('--port', '0', '--data', data);
  assert.equal(sameData.code, 1);
  assert.match(sameData.errors, new RegExp(`in use by another process.*${first.child.pid}`));
  const samePort = await refused('--port', new URL(url).port, '--data', join(folder, 'two'));
  assert.equal(samePort.code, 1);
  assert.match(samePort.errors, /^Port \d+ is in use; stop what uses it, or choose another with --port\.\n$/);
});

test('a relay that was killed leaves nothing that keeps the next one from starting', async () => {
  const data = join(folder, 'killed');
  const first = start('--port', '0', '--data', data);
  await up(first);
  await first.end('SIGKILL');
  await using second = start('--port', '0', '--data', data);
  assert.ok((await up(second)).url);
});

test('a data folder that is a file gets one sentence, not a stack trace', async () => {
  const file = join(folder, 'a-file');
  await writeFile(file, 'not a folder');
  const { code, errors } = await refused('--port', '0', '--data', file);
  assert.equal(code, 1);
  assert.match(errors, /^.*a-file cannot be the data folder: .*Choose another with --data\.\n$/);
});

test('an empty store is not taken for the one that was lost: machines would stop on keys that nobody knows', async () => {
  const data = join(folder, 'lost');
  const first = start('--port', '0', '--data', data);
  await up(first);
  await first.end();
  for (const end of ['', '-wal', '-shm']) await rm(join(data, `relay.sqlite${end}`), { force: true });

  const { code, errors } = await refused('--port', '0', '--data', data);

  assert.equal(code, 1);
  assert.match(errors, /^The store is empty, but .*owner-key is of a relay with accounts\..*--accept-empty-store\.\n$/);
  await using anew = start('--port', '0', '--data', data, '--accept-empty-store');
  assert.ok((await up(anew)).url);
});

test('a store with garbage in its pages gets a sentence with the repair, not a stack trace', async () => {
  const data = join(folder, 'garbage');
  const first = start('--port', '0', '--data', data);
  await up(first);
  await first.end();
  const file = join(data, 'relay.sqlite');
  const bytes = await readFile(file);
  await writeFile(file, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]));

  const { code, errors } = await refused('--port', '0', '--data', data);

  assert.equal(code, 1);
  assert.match(errors, /relay\.sqlite is damaged .*backup.*\.recover/);
  assert.doesNotMatch(errors, /^\s+at /m);
});

test('a command line that does not fit gets one sentence and 2', async () => {
  for (const [args, sentence] of [
    [['--prot', '1'], /^There is no option --prot; did you mean --port\?\n$/],
    [['--listen', '0.0.0.0'], /^Plain HTTP on 0\.0\.0\.0 would expose keys to the network\. .*\n$/],
    [['--tls-cert', 'x'], /^--tls-cert needs --tls-key\.\n$/],
    [['x'], /^"x" is not an option; --help lists all\.\n$/],
  ] as const) {
    const { code, errors } = await refused('--data', join(folder, 'no'), ...args);
    assert.equal(code, 2);
    assert.match(errors, sentence);
  }
  const noStore = await refused('--data', join(folder, 'no'), '--store', 'redis://ada:hunter2@127.0.0.1:1');
  assert.equal(noStore.code, 1);
  assert.match(noStore.errors, /^The Redis at 127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED.*\n$/);
  const noCertificate = await refused(
    '--port',
    '0',
    '--data',
    join(folder, 'no'),
    '--tls-cert',
    'no-such',
    '--tls-key',
    'no-such',
  );
  assert.match(noCertificate.errors, /^The certificate or its key cannot be read: /);
});

test('plain HTTP beyond this machine is served only when asked for, and says so at every start', async () => {
  await using program = start('--port', '0', '--data', join(folder, 'open'), '--listen', '0.0.0.0', '--allow-insecure');
  await up(program);
  assert.match(program.errors(), /--allow-insecure.*can be read on the way/);
});

test('SIGTERM answers what is held, tells streams to recycle, and is done within 2 s', async () => {
  await using program = start('--port', '0', '--data', join(folder, 'ends'));
  const { url, apiKey } = await up(program);
  const headers = { authorization: `Bearer ${apiKey}` };
  await using stream = await openStream(url, apiKey);
  const poll = fetch(new URL('/v1/feeds/p/events?live=long-poll&wait=30', url), { headers });
  await eventually(() => stream.controls.some(({ type }) => type === 'ready'));
  const signalledAt = performance.now();
  const [code, answer] = await Promise.all([program.end('SIGTERM'), poll, stream.closed]);
  assert.ok(performance.now() - signalledAt < 2000);
  assert.equal(code, 0);
  assert.equal(answer.status, 200);
  assert.equal(stream.controls.at(-1)?.type, 'recycle');
});

test('with a certificate it speaks https, and cookies are Secure', async () => {
  const { cert, key } = createCertificate();
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await Promise.all([writeFile(certFile, cert), writeFile(keyFile, key)]);
  await using program = start(
    '--port',
    '0',
    '--data',
    join(folder, 'tls'),
    '--tls-cert',
    certFile,
    '--tls-key',
    keyFile,
  );
  const { url, signInLink } = await up(program);
  assert.match(url, /^https:/);
  const body = JSON.stringify({ token: signInLink.split('/').at(-1) });
  const cookies = await new Promise<readonly string[] | undefined>((resolve, reject) => {
    const options = { method: 'POST', ca: cert, headers: { 'content-type': 'application/json' } };
    request(new URL('/v1/sessions', url), options, (response) => {
      response.resume();
      resolve(response.headers['set-cookie']);
    })
      .on('error', reject)
      .end(body);
  });
  assert.match(cookies?.[0] ?? '', /^__Host-sallyport=.*; Secure$/);
});
