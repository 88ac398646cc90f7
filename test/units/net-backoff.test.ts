/** How long a bridge waits before the next try. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '#contract/options.ts';
import { parseRelayUrl } from '../../bridge/net/address.ts';
import { backoffMs, retryAfterMs } from '../../bridge/net/backoff.ts';

test('the ceiling doubles from 1 s to a minute and stays there', () => {
  const ceilings = [0, 1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => backoffMs(failures, 0, () => 1));
  assert.deepEqual(ceilings, [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test('the wait is anywhere below the ceiling, and never less than Retry-After', () => {
  assert.equal(
    backoffMs(3, 0, () => 0),
    0,
  );
  assert.equal(
    backoffMs(3, 0, () => 0.5),
    4000,
  );
  assert.equal(
    backoffMs(3, 6000, () => 0.5),
    6000,
  );
});

test('Retry-After is seconds or a date, at most an hour, and nonsense is nothing', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(retryAfterMs('7', now), 7000);
  assert.equal(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', now), 30_000);
  assert.equal(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  assert.equal(retryAfterMs('999999999', now), 3_600_000);
  for (const odd of [undefined, '', '-5', 'soon', '1e9', 'NaN']) assert.equal(retryAfterMs(odd, now), 0, String(odd));
});

test('plain http is for this machine, unless it is allowed', () => {
  const strict = { allowInsecure: false };
  for (const url of ['http://127.0.0.1:8787', 'http://localhost', 'http://[::1]:1', 'https://relay.example'])
    assert.equal(parseRelayUrl(url, strict).href, new URL(url).href);
  assert.throws(() => parseRelayUrl('http://relay.example', strict), /is plain http: everybody on the way/);
  assert.equal(parseRelayUrl('http://relay.example', { allowInsecure: true }).host, 'relay.example');
});

for (const [url, sentence] of [
  ['relay.example', /takes an address such as https:/],
  ['ftp://relay.example', /takes an address such as https:/],
  ['https://me:pw@relay.example', /no name and password/],
  ['https://relay.example/base', /an origin without a path: https:\/\/relay\.example/],
  ['https://relay.example/?key=1', /an origin without a path/],
  ['http://127.0.0.1.evil.example', /plain http/],
] as const) {
  test(`--url ${url} is refused in one sentence`, () => {
    assert.throws(
      () => parseRelayUrl(url, { allowInsecure: false }),
      (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.match(error.message, sentence);
        return true;
      },
    );
  });
}
