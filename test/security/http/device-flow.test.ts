/** A machine is let in by a code that a person types (RFC 8628), on both ends and against whoever guesses. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { deviceGrantType } from '#contract/device.ts';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { eventually } from '../../kit/eventually.ts';
import { startProgram } from '../../kit/process.ts';
import { makeSmallProject } from '../../kit/projects.ts';

const root = join(import.meta.dirname, '../../..');
let world: TestApi;
before(async () => {
  world = await openApi();
});
after(async () => await world[Symbol.asyncDispose]());

interface Begun {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

const form = async <Body>(path: string, fields: Record<string, string>) => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return await world.ask<Body>('POST', path, { key: null, headers, raw: new URLSearchParams(fields).toString() });
};
const begin = async (name = 'laptop') =>
  (await form<Begun>('/oauth/device_authorization', { client_id: 'tests', machine_name: name, os: 'Linux 6' })).json;
const ask = (device_code: string) =>
  form<{ error?: string; access_token?: string; machine?: { id: string; name: string } }>('/oauth/token', {
    grant_type: deviceGrantType,
    device_code,
    client_id: 'tests',
  });
const decide = (code: string, decision: 'approve' | 'deny', key?: string | null) =>
  world.ask('POST', '/v1/device-codes/decide', { body: { code, decision }, ...(key === undefined ? {} : { key }) });

test('from login to a machine that is online: the code is typed elsewhere, the key is kept for its owner alone', async () => {
  const data = join(world.folder, 'bridge');
  await using login = startProgram('bridge/main.ts', ['login', world.url, '--name', 'desk', '--data', data, '--json']);
  const shown = await login.line((line) => line.event === 'code');
  const look = await world.ask('POST', '/v1/device-codes/look', { body: { code: String(shown.code).toLowerCase() } });
  assert.equal(look.status, 200);
  assert.equal(look.json.name, 'desk');
  assert.match(String(look.json.address), /127\.0\.0\.1/);
  assert.equal(shown.link, `${shown.url}/${shown.code}`);
  assert.equal((await decide(String(shown.code), 'approve')).status, 200);
  const letIn = await login.line((line) => line.event === 'signed-in', 30_000);
  assert.deepEqual(Object.keys(letIn).sort(), ['by', 'data', 'event', 'machine', 'organisation']);
  await eventually(() => login.child.exitCode === 0);
  assert.equal((await stat(join(data, 'credentials.json'))).mode & 0o077, 0);

  const root = await makeSmallProject(join(world.folder, 'shop'));
  await using bridge = startProgram('bridge/main.ts', ['run', '--data', data, '--name', 'desk', '--json', root]);
  await bridge.line((line) => line.event === 'synced');
  assert.equal((await world.ask('GET', '/v1/machines/desk')).json.status, 'online');
  await bridge.end();

  await using logout = startProgram('bridge/main.ts', ['logout', '--data', data, '--json']);
  assert.deepEqual(await logout.line(() => true), { forgotten: true });
  await using again = startProgram('bridge/main.ts', ['run', '--data', data, root]);
  assert.equal(await new Promise((resolve) => again.child.once('exit', resolve)), 2);
});

test('login says who let the machine in and where to, and keeps no key for whoever says no', {
  skip: existsSync('/usr/bin/script') ? false : 'there is no script(1) to make a terminal with',
}, async () => {
  const me = await world.ask<{ person: { name: string }; organisation: { name: string } }>('GET', '/v1/me');
  const words = `by ${me.json.person.name}, into the organisation ${me.json.organisation.name}.`;
  /** A login at a terminal, approved; what it said in the end, and whether a key was kept. */
  const at = async (name: string, flags: string, typed: string) => {
    const data = join(world.folder, `data-of-${name}`);
    const command = `${process.execPath} bridge/main.ts login ${world.url} --name ${name} --data ${data} ${flags}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: root, stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    const ended = once(child, 'close');
    await eventually(() => /and type/.test(said), { timeoutMs: 60_000 });
    assert.equal((await decide(/and type (\S+)/.exec(said)?.[1] ?? '', 'approve')).status, 200);
    await eventually(() => /\[y\/N\]|\(Enter to skip\)/.test(said), { timeoutMs: 20_000 });
    const asked = /\[y\/N\]/.test(said);
    if (asked) child.stdin.write(typed);
    await eventually(() => child.exitCode !== null || /\(Enter to skip\)/.test(said));
    if (child.exitCode === null) child.stdin.write('\n');
    await ended;
    return { said, asked, kept: existsSync(join(data, 'credentials.json')) };
  };
  const [no, yes, unasked] = await Promise.all([
    at('doubting', '', 'n\n'),
    at('sure', '', 'y\n'),
    at('scripted', '--yes', ''),
  ]);
  for (const { said } of [no, yes, unasked]) assert.ok(said.includes(words), said);
  assert.deepEqual([no.asked, no.kept], [true, false]);
  assert.deepEqual([yes.asked, yes.kept], [true, true]);
  assert.deepEqual([unasked.asked, unasked.kept], [false, true]);
  assert.match(no.said, /No key was saved/);
});

test('the relay says where a machine signs in (RFC 8414)', async () => {
  const { json } = await world.ask('GET', '/.well-known/oauth-authorization-server', { key: null });
  assert.equal(json.issuer, world.url);
  assert.equal(json.token_endpoint, `${world.url}/oauth/token`);
  assert.deepEqual(json.grant_types_supported, [deviceGrantType]);
});

test('the errors are those of RFC 8628, as plain JSON: pending, slow down, denied, expired (I2)', async () => {
  const begun = await begin();
  assert.match(begun.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.deepEqual([begun.expires_in, begun.interval], [600, 5]);
  const first = await ask(begun.device_code);
  assert.deepEqual([first.status, first.json.error], [400, 'authorization_pending']);
  assert.match(first.headers.get('content-type') ?? '', /^application\/json/);
  assert.equal((await ask(begun.device_code)).json.error, 'slow_down');
  assert.equal((await decide(begun.user_code, 'deny')).status, 200);
  assert.equal((await ask(begun.device_code)).json.error, 'access_denied');
  assert.equal((await ask(begun.device_code)).json.error, 'expired_token');
  assert.equal((await ask('nonsense')).json.error, 'expired_token');
  const other = await form<{ error: string }>('/oauth/token', { grant_type: 'password', client_id: 'x' });
  assert.deepEqual([other.status, other.json.error], [400, 'unsupported_grant_type']);
  const none = await form<{ error: string }>('/oauth/device_authorization', { client_id: 'x' });
  assert.equal(none.json.error, 'invalid_request');
});

test('a code is good once: of two polls one gets the key, of two decisions the first counts', async () => {
  const begun = await begin('twice');
  assert.equal((await decide(begun.user_code, 'approve')).status, 200);
  assert.equal((await decide(begun.user_code, 'deny')).status, 404);
  const polls = await Promise.all([ask(begun.device_code), ask(begun.device_code), ask(begun.device_code)]);
  const keys = polls.flatMap(({ json }) => json.access_token ?? []);
  assert.equal(keys.length, 1);
  assert.match(keys[0] ?? '', /^spm_/);
  const machines = await world.ask<{ items: { name: string }[] }>('GET', '/v1/machines');
  assert.equal(machines.json.items.filter(({ name }) => name === 'twice').length, 1);
});

test('who may not add machines cannot let one in, and who guesses is stopped', async () => {
  const begun = await begin();
  assert.equal((await decide(begun.user_code, 'approve', null)).status, 401);
  const { key } = await world.keyWith('write');
  assert.equal((await decide(begun.user_code, 'approve', key)).status, 403);
  const statuses: number[] = [];
  for (let n = 0; n < 25; n++) statuses.push((await decide('BBBB-BBBB', 'approve')).status);
  assert.equal(statuses[0], 404);
  assert.equal(statuses.at(-1), 429);
  assert.ok(statuses.filter((status) => status === 404).length <= 20);
});

test('who sends the form of a machine over and over is stopped alone: another network lets its machines in', async () => {
  await using busy = await openApi(['--behind-proxy']);
  const asking = async (from: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': from };
    return await busy.ask('POST', '/oauth/device_authorization', {
      key: null,
      headers,
      raw: 'client_id=tests&machine_name=laptop',
    });
  };
  const one: number[] = [];
  for (let count = 0; count <= limits.deviceRequestsPerNetworkMax; count++)
    one.push((await asking('192.0.2.1')).status);
  assert.deepEqual([...new Set(one.slice(0, -1)), one.at(-1)], [200, 429]);
  assert.equal((await asking('192.0.2.2')).status, 200);
  const many = Array.from({ length: limits.deviceRequestsAlarm }, (_, index) =>
    asking(`10.1.${Math.floor(index / 250)}.${index % 250}`),
  );
  assert.deepEqual(new Set((await Promise.all(many)).map(({ status }) => status)), new Set([200]));
  assert.equal((await asking('192.0.2.3')).status, 200, 'all together use up nothing');
});
