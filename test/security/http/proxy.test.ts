/** Behind a reverse proxy: what it forwards is believed when it was said that there is one, and only the part that it added. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { limits } from '#contract/limits.ts';
import { openApi, type TestApi } from '../../kit/api.ts';

let world: TestApi;

before(async () => {
  world = await openApi(['--behind-proxy']);
});
after(async () => await world[Symbol.asyncDispose]());

async function cookieWith(headers: Record<string, string>): Promise<string> {
  const { json } = await world.ask('POST', '/v1/sign-in-links');
  const body = { token: String(json.url).split('/').at(-1) };
  const answer = await world.ask('POST', '/v1/sessions', { key: null, headers, body });
  return answer.headers.getSetCookie()[0] ?? '';
}

test('a proxy that says https gets Secure cookies; what its client claimed before counts for nothing', async () => {
  assert.match(await cookieWith({ 'x-forwarded-proto': 'https' }), /^__Host-sallyport=.*; Secure$/);
  assert.doesNotMatch(await cookieWith({ 'x-forwarded-proto': 'https, http' }), /Secure/);
  assert.doesNotMatch(await cookieWith({}), /Secure/);
});

test('guesses are counted by the address that the proxy saw, not by one that the guesser made up', async () => {
  const guess = async (forwarded: string) => {
    const body = { token: 'x'.repeat(43) };
    const headers = { 'x-forwarded-for': forwarded };
    return (await world.ask('POST', '/v1/sessions', { key: null, headers, body })).status;
  };
  let last = 0;
  for (let tries = 0; tries <= limits.signInFailuresPerMinuteMax; tries++)
    last = await guess(`198.51.100.${tries}, 203.0.113.9`);
  assert.equal(last, 429);
  assert.equal(await guess('203.0.113.10'), 401);
  assert.equal(await guess('not an address'), 401);
});

test('an address of IPv6 counts as its /64, however it is spelt', async () => {
  const guess = async (forwarded: string) => {
    const headers = { 'x-forwarded-for': forwarded };
    return (await world.ask('POST', '/v1/sessions', { key: null, headers, body: { token: 'x'.repeat(43) } })).status;
  };
  const spellings = ['2001:db8::%', '2001:0DB8:0:0::%', '2001:db8:0:0:ffff::%', '[2001:db8::%]:4711'];
  const address = (tries: number) => spellings[tries % spellings.length]?.replace('%', String(tries)) ?? '';
  let last = 0;
  for (let tries = 0; tries <= limits.signInFailuresPerMinuteMax; tries++) last = await guess(address(tries));
  assert.equal(last, 429);
  assert.equal(await guess('2001:db8:0:1::1'), 401, 'the neighbour in another /64 is let in');
});

test('behind the proxy of README, with --public-url alone, one who asks too often locks out nobody else', async () => {
  await using busy = await openApi(['--public-url', 'https://relay.example', '--requests-per-minute', '100']);
  const hello = async (forwarded: string) => {
    const headers = { 'x-forwarded-for': forwarded };
    return (await busy.ask('GET', '/v1/sign-in-ways', { key: null, headers })).status;
  };
  const statuses: number[] = [];
  for (let count = 0; count <= 10; count++) statuses.push(await hello('198.51.100.1'));
  assert.deepEqual([statuses[0], statuses.at(-1)], [200, 429]);
  assert.equal(await hello('198.51.100.2'), 200);
});

test('without a proxy that was spoken of, nobody chooses the address that they are counted by', async () => {
  await using plain = await openApi(['--requests-per-minute', '100']);
  const statuses: number[] = [];
  for (let count = 0; count <= 10; count++) {
    const headers = { 'x-forwarded-for': `198.51.100.${count}` };
    statuses.push((await plain.ask('GET', '/v1/sign-in-ways', { key: null, headers })).status);
  }
  assert.equal(statuses.at(-1), 429);
});
