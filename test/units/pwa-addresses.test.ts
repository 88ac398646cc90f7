/** What the app makes of its own addresses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHereOnly } from '../../pwa/features/people/reachable.ts';
import { takeSignInToken } from '../../pwa/state/device/arrival.ts';
import { isPage } from '../../pwa/sw/is-page.ts';

test('a sign-in link gives up its token once, and the history keeps none of it', () => {
  const kept: string[] = [];
  const history = { replaceState: (_data: null, _unused: '', url: string) => void kept.push(url) };
  const url = { pathname: '/', search: '?from=qr' };
  assert.equal(takeSignInToken({ ...url, hash: '#/sign-in/abc_DEF-123' }, history), 'abc_DEF-123');
  assert.deepEqual(kept, ['/?from=qr']);
  for (const hash of ['', '#', '#/sign-in/', '#/sign-in/a/b', '#/sign-in/a b', '#/machines/abc'])
    assert.equal(takeSignInToken({ ...url, hash }, history), undefined, hash);
  assert.equal(kept.length, 1);
});

test('pages are the app’s; calls, docs and files are not', () => {
  for (const path of ['/', '/specs', '/m/laptop/specs/001-first-light', '/v1x']) assert.ok(isPage(path), path);
  for (const path of ['/v1', '/v1/stream', '/docs', '/livez', '/metrics', '/oauth/token', '/icons/icon.svg', '/sw.js'])
    assert.ok(!isPage(path), path);
});

test('no code is shown of an address that a phone cannot reach', () => {
  for (const here of [
    'http://127.0.0.1:8787',
    'http://localhost:1',
    'http://a.localhost',
    'http://[::1]:8787',
    'http://127.1',
  ])
    assert.ok(isHereOnly(new URL(here)), here);
  for (const there of [
    'https://relay.example',
    'http://192.168.1.4:8787',
    'https://localhost.example',
    'http://127.example',
  ])
    assert.ok(!isHereOnly(new URL(there)), there);
});
