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
