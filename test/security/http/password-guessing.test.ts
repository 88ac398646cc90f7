/** Guessing passwords, from one network or many: it gets nowhere, and keeps nobody out who has the right one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';
import { eventually } from '../../kit/eventually.ts';
import { type Session, sessionOf } from '../../kit/session.ts';

let world: TestApi;
before(async () => {
  world = await openApi(['--behind-proxy']);
});
after(async () => await world[Symbol.asyncDispose]());

const password = 'correct horse';
/** Signs in from a network, with what a browser has kept of before. */
async function signIn(network: string, body: object, kept: Session = {}) {
  const headers = { origin: world.url, 'sec-fetch-site': 'same-origin', 'x-forwarded-for': network, ...kept };
  const answer = await world.ask('POST', '/v1/sessions', { key: null, headers, body });
  const { status, json } = answer;
  return { status, code: json.code, held: sessionOf(answer), retryAfter: Number(answer.headers.get('retry-after')) };
}
/** Somebody with a password; `home` is the browser that they have set it in, signed out by now. */
async function person(name: string) {
  const invited = await world.ask('POST', '/v1/invitations', { body: { name, role: 'member' } });
  const { held } = await signIn('192.0.2.1', { token: String(invited.json.url).split('/').at(-1) });
  const email = `${name.toLowerCase()}@example.com`;
  const headers = { origin: world.url, 'sec-fetch-site': 'same-origin', ...held };
  const body = { email, password };
  const set = await world.ask('PUT', '/v1/me/password', { key: null, headers, body });
  const now = sessionOf(set, held);
  assert.equal(
    (await world.ask('DELETE', '/v1/sessions/current', { key: null, headers: { ...headers, ...now } })).status,
    200,
  );
  return { email, home: { cookie: now.cookie?.split('; ').find((pair) => pair.includes('-device=')) ?? '' }, as: now };
}
const guess = (network: string, email: string, kept?: Session) =>
  signIn(network, { email, password: 'a wrong guess' }, kept);

test('ten wrong passwords of a stranger stop the stranger, and not the person whose e-mail it is (I3)', async () => {
  const eve = await person('Eve');
  for (let tries = 0; tries < limits.passwordTriesMax; tries++)
    assert.equal((await guess('203.0.113.1', eve.email)).code, 'password-wrong');
  const stopped = await signIn('203.0.113.1', { email: eve.email, password });
  assert.equal(stopped.status, 429);
  assert.ok(stopped.retryAfter > 600);
  assert.equal((await signIn('203.0.113.2', { email: eve.email, password })).status, 201, 'from another network');
  const home = await signIn('203.0.113.1', { email: eve.email, password }, eve.home);
  assert.equal(home.status, 201, "from the stranger's network, in a browser that was signed in before");
});

test('a known device has ten tries too, which nobody else uses up; a made-up one is a stranger', async () => {
  const joan = await person('Joan');
  const other = await person('Other');
  for (let tries = 0; tries < limits.passwordTriesMax; tries++)
    assert.equal((await guess('198.51.100.1', joan.email, joan.home)).code, 'password-wrong');
  assert.equal((await guess('198.51.100.1', joan.email, joan.home)).status, 429);
  assert.equal((await signIn('198.51.100.1', { email: joan.email, password })).status, 201, 'strangers have their own');
  for (let tries = 0; tries < limits.passwordTriesMax; tries++) await guess('198.51.100.2', joan.email);
  for (const device of [other.home, { cookie: `sallyport-device=${'x'.repeat(43)}` }])
    assert.equal((await signIn('198.51.100.2', { email: joan.email, password }, device)).status, 429);
});

test('guesses from many networks are told in the audit and slow strangers down, and lock nobody out', async () => {
  const ida = await person('Ida');
  const networks = Math.ceil(limits.passwordTriesAlarm / limits.passwordTriesMax);
  for (let network = 0; network < networks; network++)
    await Promise.all(
      Array.from({ length: limits.passwordTriesMax }, () => guess(`2001:db8:0:${network}::1`, ida.email)),
    );
  const told = await world.ask<{ items: { about: object }[] }>('GET', '/v1/audit?action=passwords-guessed');
  assert.equal(told.json.items.length, 1);
  assert.match(JSON.stringify(told.json.items), /"name":"Ida"/);
  const codes: unknown[] = [];
  for (let tries = 0; tries <= limits.passwordTriesAlarmedMax; tries++)
    codes.push((await guess('2001:db8:1::1', ida.email)).code);
  assert.deepEqual(codes, ['password-wrong', 'password-wrong', 'too-many-requests']);
  assert.equal((await signIn('2001:db8:2::1', { email: ida.email, password })).status, 201, 'a new device, elsewhere');
  assert.equal((await signIn('2001:db8:1::1', { email: ida.email, password }, ida.home)).status, 201, 'a known one');
});

test('one network that tries many e-mails is stopped, and its known devices are not', async () => {
  const ann = await person('Ann');
  const network = '203.0.113.50';
  let stopped = 0;
  for (let tries = 0; tries <= limits.passwordTriesOfNetworkMax && stopped === 0; tries += 20) {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => guess(network, `${tries + n}@example.com`)));
    stopped = answers.filter(({ retryAfter }) => retryAfter > 600).length;
  }
  assert.ok(stopped > 0);
  assert.equal((await signIn(network, { email: ann.email, password }, ann.home)).status, 201);
});

test('a flood of passwords from one network, and of changes by one member, does not keep others waiting', async () => {
  const [max, vic] = [await person('Max'), await person('Vic')];
  const { held } = await signIn('192.0.2.2', { email: vic.email, password }, vic.home);
  const headers = { origin: world.url, 'sec-fetch-site': 'same-origin', ...held };
  let answered = 0;
  const flood = Array.from({ length: 60 }, (_, n) => guess('203.0.113.99', `of-flood-${n}@example.com`));
  const changes = Array.from({ length: 10 }, () =>
    world.ask('PUT', '/v1/me/password', { key: null, headers, body: { email: vic.email, password, current: 'wrong' } }),
  );
  for (const one of [...flood, ...changes]) void one.then(() => answered++);
  // By then all of them are with the relay, and wait.
  await eventually(() => answered >= 4);
  const before = answered;
  const signedIn = await signIn('192.0.2.3', { email: max.email, password });
  assert.equal(signedIn.status, 201);
  const first = answered - before;
  // A single line would answer all but the last four of those that still wait. How many it is depends on the machine.
  assert.ok(first < 70 - before - 8, `${first} of ${70 - before} were answered first`);
  await Promise.all([...flood, ...changes]);
});
