/** Signed commands on the machine: what somebody between the device and the machine could try, and what is refused of it. */
import assert from 'node:assert/strict';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandDelivered } from '#contract/bridge.ts';
import type { CommandProblem } from '#contract/command.ts';
import { limits } from '#contract/limits.ts';
import { canonicalJson, type Envelope, envelopeText, parseFingerprint, showFingerprint } from '#contract/signing.ts';
import { openNonces } from '../../bridge/commands/nonces.ts';
import { type OwnKey, openOwnKey } from '../../bridge/keys/device-key.ts';
import { fingerprintOfKey, writePins } from '../../bridge/keys/pins.ts';
import { delivered, openWorkshop, type Workshop } from '../kit/executor.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

const machine = 'machine-of-tests';
const args = { project: 'shop', spec: '001', status: 'in-progress' };
const kind = 'spec-metadata-update';

interface SigningShop extends Workshop {
  readonly phone: OwnKey;
  readonly ifRev: string;
  /** A command that the phone has signed; `over` is what was signed instead. */
  signed(over?: Partial<Envelope>, by?: OwnKey): CommandDelivered;
}

/** A machine that takes changes signed only, with one phone pinned. */
async function openSigningShop(): Promise<SigningShop> {
  const shop = await openWorkshop(makeSmallProject);
  await mkdir(join(shop.folder, 'phone'));
  const phone = await openOwnKey(join(shop.folder, 'phone'));
  const { publicKey, fingerprint } = phone;
  await writePins(shop.folder, [{ publicKey, fingerprint, name: 'phone', machine, pinnedAt: 'today' }]);
  shop.policy = { risks: { read: 'allow', write: 'signed', execute: 'refuse', destroy: 'refuse' } };
  const ifRev = shop.project().documents.get('specs/001-first-light/README.md')?.rev ?? '';
  const signed: SigningShop['signed'] = (over = {}, by = phone) => {
    const envelope = { machine, kind, args, ifRev, expiresAt: shop.now + 60_000, ...over };
    return delivered(kind, args, { ifRev, signature: by.sign(envelope) });
  };
  return Object.assign(shop, { phone, ifRev, signed });
}

async function outcome(shop: Workshop, command: CommandDelivered): Promise<string> {
  const { state, problem } = await shop.run(command.kind, command.args, command);
  const { code = '', detail = '' } = (problem ?? {}) as Partial<CommandProblem>;
  return `${state} ${code} ${detail}`.trim();
}

test('what the pinned phone signed is done', async () => {
  await using shop = await openSigningShop();
  assert.equal(await outcome(shop, shop.signed()), 'done');
});

test('a downgrade is refused: the same command without its signature', async () => {
  await using shop = await openSigningShop();
  const { signature: _, ...bare } = shop.signed();
  assert.match(await outcome(shop, bare), /^refused signature-needed /);
});

test('a field that was changed on the way is refused, whichever it is', async () => {
  await using shop = await openSigningShop();
  const other: Partial<Envelope>[] = [
    { kind: 'spec-archive' },
    { args: { ...args, status: 'complete' } },
    { args: { ...args, spec: '002' } },
    { ifRev: 'f'.repeat(64) },
    { ifRev: undefined },
  ];
  for (const over of other)
    assert.match(await outcome(shop, shop.signed(over)), /^refused signature-refused .*another command/);
  const longer = shop.signed();
  assert.ok(longer.signature);
  const stretched = { ...longer, signature: { ...longer.signature, expiresAt: longer.signature.expiresAt + 1 } };
  assert.match(await outcome(shop, stretched), /another command/);
  const renonced = { ...longer, signature: { ...longer.signature, nonce: 'A'.repeat(22) } };
  assert.match(await outcome(shop, renonced), /another command/);
});

test('a command that was signed for another machine is refused', async () => {
  await using shop = await openSigningShop();
  assert.match(await outcome(shop, shop.signed({ machine: 'another-machine' })), /another machine/);
});

test('a replay under another id is refused, also by the next life of the bridge (I9)', async () => {
  await using shop = await openSigningShop();
  const once = shop.signed();
  assert.equal(await outcome(shop, once), 'done');
  assert.match(await outcome(shop, { ...once, id: 'replayed' }), /used for another command/);
  await using nonces = await openNonces(shop.folder, () => shop.now);
  assert.equal(await nonces.take(once.signature?.nonce ?? '', 'replayed-later', shop.now + 60_000), false);
  assert.equal(
    await nonces.take(once.signature?.nonce ?? '', once.id, shop.now + 60_000),
    true,
    'itself, after a crash',
  );
});

test('an expired signature is refused by the clock of the machine, whatever the relay says', async () => {
  await using shop = await openSigningShop();
  const old = shop.signed({ expiresAt: shop.now - limits.signatureSkewMs - 1 });
  assert.match(await outcome(shop, { ...old, expiresAt: shop.now + 60_000 }), /had expired/);
  const eternal = shop.signed({ expiresAt: shop.now + 2 * limits.commandExpiryMsMax });
  assert.match(await outcome(shop, eternal), /too long/);
});

test('a clock that is set back brings no forgotten nonce back', async () => {
  await using folder = await openTemporaryFolder();
  let now = 1_000_000;
  await using nonces = await openNonces(folder.path, () => now);
  for (let count = 0; count < 1001; count++) await nonces.take(`nonce-${count}`, 'c', now + 10);
  now += 1000;
  for (let count = 0; count < 1001; count++) await nonces.take(`later-${count}`, 'c', now + 10);
  assert.ok(nonces.forgottenUntil() >= 1_001_000);
  now = 0;
  await using again = await openNonces(folder.path, () => now);
  assert.ok(again.forgottenUntil() >= 1_001_000);
});

test('the thousandth signed command of a week writes its own nonce and not all of them again', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'nonces.jsonl');
  const until = Date.now() + limits.commandExpiryMsMax;
  const known = Array.from({ length: 1500 }, (_, at) => JSON.stringify({ nonce: `n${at}`, id: `c${at}`, until }));
  await writeFile(path, `${known.join('\n')}\n`);
  await using nonces = await openNonces(folder.path);
  const files = new Set<number>();
  for (let at = 0; at < 20; at += 1) {
    assert.ok(await nonces.take(`fresh${at}`, 'command', until));
    files.add((await stat(path)).ino);
  }
  assert.equal(files.size, 1);
  assert.equal(await nonces.take('n0', 'another', until), false);
});

test('a key that is not pinned is refused, and one that was unpinned at once', async () => {
  await using shop = await openSigningShop();
  await mkdir(join(shop.folder, 'thief'));
  const thief = await openOwnKey(join(shop.folder, 'thief'));
  assert.match(await outcome(shop, shop.signed({}, thief)), /is not pinned/);
  const forged = shop.signed({}, thief);
  assert.ok(forged.signature);
  const posing = { ...forged, signature: { ...forged.signature, key: shop.phone.fingerprint } };
  assert.match(await outcome(shop, posing), /another command/);
  await writePins(shop.folder, []);
  assert.match(await outcome(shop, shop.signed()), /is not pinned/);
});

test('a broken signature of a pinned key is refused also where none is asked for', async () => {
  await using shop = await openSigningShop();
  shop.policy = { risks: { read: 'allow', write: 'allow', execute: 'refuse', destroy: 'refuse' } };
  assert.match(await outcome(shop, shop.signed({ args: {} })), /^refused signature-refused/);
});

test('what is signed is the same text wherever it is written: members in order, nothing between (I8)', () => {
  const text = envelopeText({
    machine,
    kind,
    args: { b: [1, { z: null, a: 'ä\n' }], a: -0 },
    expiresAt: 5,
    nonce: 'n',
  });
  const json = `{"args":{"a":0,"b":[1,{"a":"ä\\n","z":null}]},"expiresAt":5,"kind":"${kind}","machine":"${machine}","nonce":"n"}`;
  assert.equal(text, `sallyport/2 signed command\n${json}`);
  assert.equal(canonicalJson({ é: 1, z: 2, Z: 3, '10': 4, '9': 5 }), '{"10":4,"9":5,"Z":3,"z":2,"é":1}');
});

test('a fingerprint is compared whatever a person puts between, and O is 0', async () => {
  await using folder = await openTemporaryFolder();
  const { fingerprint, publicKey } = await openOwnKey(folder.path);
  assert.equal(fingerprintOfKey(publicKey), fingerprint);
  assert.equal(parseFingerprint(showFingerprint(fingerprint).toLowerCase().replaceAll('-', ' ')), fingerprint);
  assert.equal(parseFingerprint('OIL0'.repeat(6)), '0110'.repeat(6));
  assert.equal(parseFingerprint('ABCD'), undefined);
});
