/** Addresses as they may be printed, wherever they come from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownAddress } from '#contract/address-parts.ts';
import { parseConfig } from '../../api/config.ts';
import { openStore } from '../../api/store/open.ts';
import { parseRedisUrl } from '../../api/store/redis/address.ts';
import { parseRelayUrl } from '../../bridge/net/address.ts';

for (const [text, shown] of [
  ['https://relay.example:8443/a/b.pac', 'https://relay.example:8443/a/b.pac'],
  ['http://host/a@b.pac', 'http://host/a@b.pac'],
  ['http://me:pw@host/a@b.pac?x=pw#y', 'http://b.pac'],
  ['http://me:pw@host:81/a.pac', 'http://host:81/a.pac'],
  ['http://me@host/', 'http://host/'],
  ['http://host/a.pac?token=pw', 'http://host/a.pac'],
  ['http://me:p/w@host:x/a', 'http://host:x/a'],
  ['redis+cluster://me:p/w@a:1,b:2/0?prefix=x', 'redis+cluster://a:1,b:2/0'],
  ['me:pw@host', 'host'],
  ['me:p\nw@host', 'host'],
  ['ftp.example', 'ftp.example'],
] as const)
  test(`${JSON.stringify(text)} is printed as ${shown}`, () => assert.equal(shownAddress(text), shown));

for (const [what, refuse] of [
  ['--url', () => parseRelayUrl('ftp://me:hunter2@host', { allowInsecure: false })],
  ['--url without a scheme', () => parseRelayUrl('me:hunter2@host', { allowInsecure: false })],
  ['--public-url', () => parseConfig(['--public-url', 'ftp://me:hunter2@host'], {})],
  ['--metrics', () => parseConfig(['--metrics', 'ftp://me:hunter2@host'], {})],
  ['--allow-outbound', () => parseConfig(['--allow-outbound', 'ftp://me:hunter2@host'], {})],
] as const)
  test(`${what} that is refused is not printed with its password`, () => {
    assert.throws(refuse, (error: Error) => /not "(ftp:\/\/)?host"/.test(error.message));
  });

test('a store that is not known is named without its password', async () => {
  await assert.rejects(openStore('postgres://me:hun/ter2@host/db'), (error: Error) => {
    assert.match(error.message, /not known: postgres:\/\/host\/db\./);
    return true;
  });
});

test('a bare % in the password of a Redis stands for itself', () => {
  assert.equal(parseRedisUrl('redis://me:100%@host').password, '100%');
  assert.equal(parseRedisUrl('redis://me:a%40b@host').password, 'a@b');
});
