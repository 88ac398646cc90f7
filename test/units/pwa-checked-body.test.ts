/** The app's one way in for bodies: it takes what a rev names, and keeps it to the byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyText, checkedBody } from '../../pwa/state/replica/checked-body.ts';
import { sha256 } from '../kit/relay.ts';

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

test('what is not what its rev says is nothing, as text and as bytes', async () => {
  const rev = sha256('# Real\n');
  for (const forged of ['# Forged\n', '', '# Real\r\n', '\ufeff# Real\n']) {
    assert.equal(await checkedBody(rev, forged), undefined, forged);
    assert.equal(await checkedBody(rev, bytes(forged)), undefined, forged);
  }
  assert.equal(await checkedBody(rev, '# Real\n'), '# Real\n');
});

test('bytes that are UTF-8 are text, byte order mark included; others stay bytes and are never shown as exact', async () => {
  const marked = bytes('\ufeffé\r\n');
  const kept = await checkedBody(sha256(marked), marked);
  assert.deepEqual(kept !== undefined && bodyText(kept), { text: '\ufeffé\r\n', exact: true });
  const other = new Uint8Array([0x68, 0xe9, 0x0a]);
  const raw = await checkedBody(sha256(other), other);
  assert.deepEqual(raw !== undefined && bodyText(raw), { text: 'h\ufffd\n', exact: false });
});
