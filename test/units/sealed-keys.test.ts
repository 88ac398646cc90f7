/** The keys of sealed terminals over time: whatever is started again, put back from a backup, cut or unpinned, no key seals two things with one nonce, and who may see on does. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ChannelPart } from '#contract/channel.ts';
import { holdKeys, sealWith } from '#contract/keys-held.ts';
import type { Sealed } from '#contract/sealed.ts';
import { seal, sealKeyOf } from '../../bridge/keys/sealed-bytes.ts';
import { openChannelSeal } from '../../bridge/sessions/channel-seal.ts';
import { openKeyRing } from '../../bridge/sessions/key-ring.ts';
import { createVouch } from '../../bridge/sessions/machine-key.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { openSealedGround, toldOf } from '../kit/sealed-ground.ts';

const id = 'terminal-one';

const nonceOf = (sealed: string) => Buffer.from(sealed, 'base64').subarray(0, 12).toString('hex');

/** Of all that the relay was given of the channel: with which key and which nonce it was sealed. */
function sealedWith(stored: readonly ChannelPart[]): readonly string[] {
  const all = toldOf(stored, id).map((told) => {
    const sealed =
      told.is === 'entry' ? told.entry : told.is === 'snapshot' && JSON.parse(String(gunzipSync(told.bytes)));
    return sealed as Sealed;
  });
  return all.map(({ k, c }) => `${k} ${nonceOf(c)}`);
}

test('a sealed terminal outlives its bridge: the device attaches anew by itself, sees and types on; what it had sealed for the bridge before is not typed (H9)', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open(id);
  const listener = ground.listen(channel, id);
  await ground.deliver(id, ...(await channel.seal(['a', { size: [70, 20] }])));
  await listener.until('"r":[70,20]');
  const held = await channel.seal(['held back']);
  await ground.restart();
  await ground.deliver(id, ...held);
  await eventually(async () => {
    await listener.until('"unknown"');
    return channel.again().at(-1)?.input === 'held back';
  });
  await ground.deliver(id, ...(await channel.seal(['b', { size: [71, 20] }])));
  const heard = await listener.until('"r":[71,20]');
  assert.ok(!heard.includes('not opened'), heard);
  assert.equal(await ground.typed(id), 'ab');
  // Who comes later opens what the bridge before has sealed, too.
  const later = await ground.listen(await ground.attach(id, ground.phone), id).until('"r":[71,20]');
  assert.match(later, /"r":\[70,20\]/);
});

test('a data folder that is put back from a backup, again and again, lets no nonce be used twice with one key, and the terminal goes on (H8)', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open(id);
  const listener = ground.listen(channel, id);
  const kept = join(ground.folder, 'sealed');
  const backup = join(ground.folder, 'backup');
  let cols = 70;
  const typeAndHear = async (text: string) => {
    cols += 1;
    await ground.deliver(id, ...(await channel.seal([text, { size: [cols, 20] }])));
    await listener.until(`"r":[${cols},20]`);
  };
  await typeAndHear('a');
  await eventually(async () => (await readFile(join(kept, `${id}.json`), 'utf8')) !== '');
  await cp(kept, backup, { recursive: true });
  for (let life = 0; life < 3; life++) {
    await typeAndHear('b');
    await ground.restart(async () => {
      await rm(kept, { recursive: true });
      await cp(backup, kept, { recursive: true });
    });
    channel.broken();
    await typeAndHear('c');
  }
  assert.equal(await ground.typed(id), 'abcbcbc');
  const used = sealedWith(ground.stored);
  assert.ok(used.length >= 10);
  assert.equal(new Set(used).size, used.length);
});

test('a machine or a device that counts again, because it was put back with its memory, uses another nonce for another content (H8)', async () => {
  const place = { channel: id, direction: 'in', counter: 7 } as const;
  const raw = Uint8Array.from(randomBytes(32));
  const machine = sealKeyOf(Buffer.from(raw));
  const device = await holdKeys('one', { out: [raw], in: raw });
  const byMachine = ['ls', 'rm'].map((text) => nonceOf(seal(machine, place, text)));
  const byDevice = [nonceOf(await sealWith(device, place, 'ls')), nonceOf(await sealWith(device, place, 'rm'))];
  assert.notEqual(byMachine[0], byMachine[1]);
  // Both sides make the same of it.
  assert.deepEqual(byDevice, byMachine);
  assert.deepEqual([...device.out.keys()], [machine.name]);
});

test('a machine that is put back to where it was, with its memory, is heard on: no counter is below its clock (H8)', async () => {
  await using folder = await openTemporaryFolder();
  let now = 1000;
  const deps = { pinned: () => [], now: () => now, vouch: createVouch(folder.path), onTrouble: assert.ifError };
  await using machine = openChannelSeal(join(folder.path, 'keys.json'), id, deps);
  const counters = async () => {
    const { entries } = await machine.part({ entries: [{ o: 'a' }, { o: 'b' }] });
    return (entries as Sealed[]).map(({ n }) => n);
  };
  assert.deepEqual(await counters(), [1000, 1001]);
  assert.deepEqual(await counters(), [1002, 1003]);
  now = 5000;
  assert.deepEqual(await counters(), [5000, 5001]);
  // A clock that is set back lets none be used again.
  now = 10;
  assert.deepEqual(await counters(), [5002, 5003]);
});

test('a file of keys that was cut anywhere costs no more than what was sealed before: nothing is sealed with a key that it had', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'keys.json');
  const names = new Set<string>();
  const old = Array.from({ length: 3 }, () => randomBytes(32));
  for (const raw of old) names.add(sealKeyOf(raw).name);
  {
    await using ring = openKeyRing(path, assert.ifError);
    for (const raw of old) ring.add(raw);
  }
  const whole = await readFile(path, 'utf8');
  const deps = { pinned: () => [], now: Date.now, vouch: createVouch(folder.path), onTrouble: assert.ifError };
  for (let length = 0; length <= whole.length; length++) {
    await writeFile(path, whole.slice(0, length));
    await using machine = openChannelSeal(path, id, deps);
    const { k } = await machine.piece({ o: 'after' });
    assert.ok(!names.has(k), `cut at ${length}`);
    names.add(k);
  }
});

test('what is written after a device was unpinned does not open there, also with the help of the relay; others see on (H9)', async () => {
  await using ground = await openSealedGround();
  const tablet = await ground.device('tablet');
  const phone = await ground.open(id);
  const lost = await ground.attach(id, tablet);
  const [kept, gone] = [ground.listen(phone, id), ground.listen(lost, id)];
  await ground.deliver(id, ...(await phone.seal([{ size: [71, 20] }])));
  await kept.until('"r":[71,20]');
  await gone.until('"r":[71,20]');
  await ground.pin(ground.phone);
  await ground.deliver(id, ...(await phone.seal([{ size: [72, 20] }])));
  await kept.until('"r":[72,20]');
  await gone.until('shut: The device is not pinned.');
  await ground.deliver(id, ...(await phone.seal([{ size: [73, 20] }])));
  const heard = await kept.until('"r":[73,20]');
  assert.ok(!heard.includes('not opened'), heard);
  // It asks once for a key that it does not get, and hears nothing more.
  const hidden = await gone.until('not opened');
  assert.ok(!hidden.includes('[72,20]') && !hidden.includes('[73,20]'), hidden);
  // Pinned again, it sees again.
  await ground.pin(ground.phone, tablet);
  await ground.listen(await ground.attach(id, tablet), id).until('"r":[73,20]');
});
