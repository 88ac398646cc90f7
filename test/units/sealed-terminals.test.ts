/** Sealed terminals against a relay that lies: whatever it does with what a pinned device typed, the program gets nothing of it. The relay is this test. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { InputGiven } from '#contract/channel.ts';
import { wrapKeys } from '#contract/key-wrapping.ts';
import { limits } from '#contract/limits.ts';
import type { SealedInput, WrappedKeys } from '#contract/sealed.ts';
import { vouchText } from '#contract/sealing.ts';
import { showFingerprint } from '#contract/signing.ts';
import { BehindLost } from '#contract/typed-inputs.ts';
import { isKnownToSeal, openKeys } from '../../bridge/cli/known-machines.ts';
import { attachOf } from '../../bridge/cli/sealed-channel.ts';
import { createInputs } from '../../bridge/cli/send-inputs.ts';
import { openKeeper } from '../../bridge/keeper/client.ts';
import { fingerprintOfKey } from '../../bridge/keys/pins.ts';
import { seal, sealKeyOf, unseal } from '../../bridge/keys/sealed-bytes.ts';
import type { Client } from '../../bridge/net/client.ts';
import { createVouch } from '../../bridge/sessions/machine-key.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { laptop, openSealedGround, typedAfter } from '../kit/sealed-ground.ts';

const execute = promisify(execFile);

test('what a pinned device types arrives, what the program answers opens there, and the relay is given nothing that can be read (H8)', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', ...(await channel.seal(['first secret', { size: [100, 30] }, ' and more'])));
  await eventually(async () => (await ground.typed('terminal-one')) === 'first secret and more');
  const heard = await ground.listen(channel, 'terminal-one').until('"r":[100,30]');
  assert.ok(!heard.includes('not opened'), heard);
  const stored = JSON.stringify(ground.stored);
  assert.ok(stored.includes('"n":') && !stored.includes('ready') && !stored.includes('"r":'));
  // A recording is there, and nobody reads it from away.
  assert.deepEqual(await ground.sessions.recordings(), []);
  await assert.rejects(ground.sessions.recording('terminal-one', 0, 100), { code: 'record-unknown' });
  assert.deepEqual(await readdir(join(ground.folder, 'recordings')), ['terminal-one.cast-of-sealed']);
  const file = join(ground.folder, 'sealed', 'terminal-one.json');
  await eventually(async () => ((await stat(file)).mode & 0o777) === 0o600);
});

test('the audit of the machine has by which key a sealed terminal was typed into, whatever name the relay says', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', ...(await channel.seal(['a', 'b'])));
  const typed = ground.acts.filter(({ action }) => action === 'channel-typed');
  const { fingerprint } = ground.phone;
  assert.deepEqual(
    typed.map(({ by, about }) => [by.name, about?.fingerprint]),
    [['Ada', fingerprint]],
  );
});

test('plain keys of a relay that lies reach no program', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', 'rm -rf\r', { size: [1, 1] }, { a: 'A'.repeat(16), n: 1, c: 'AAAA' }, { n: 1 });
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'ls'), 'ls');
});

test('keys that are repeated are typed once, also by the next bridge', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const [first, second] = await channel.seal(['a', 'b']);
  await ground.deliver('terminal-one', first, first, second, first, second);
  await ground.restart();
  await ground.deliver('terminal-one', first, second);
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'c'), 'abc');
});

test('keys that were on their way when the bridge ended are typed once and in order after the next attach, whatever the relay repeats (H9)', async () => {
  await using ground = await openSealedGround();
  const id = 'terminal-one';
  const channel = await ground.open(id);
  const sent: unknown[] = [];
  let isHeld = false;
  const call = async (_name: string, { body }: { body: { inputs: unknown[] } }) => {
    sent.push(...body.inputs);
    if (!isHeld) await ground.deliver(id, ...body.inputs);
  };
  const said: string[] = [];
  const onDropped = (why: string) => said.push(why);
  const inputs = createInputs({
    ...{ client: { call } as unknown as Client, record: id, sealed: channel },
    ...{ onDropped, onRefused: assert.ifError },
  });
  const isTyped = (text: string) => eventually(async () => (await ground.typed(id)) === text);
  const listener = ground.listen(channel, id);
  inputs.send('a');
  await isTyped('a');
  isHeld = true;
  inputs.send('b');
  await inputs.idle();
  inputs.send('c');
  await inputs.idle();
  await ground.restart();
  isHeld = false;
  await ground.deliver(id, ...sent);
  await listener.until('"typed"');
  await isTyped('abc');
  inputs.send('d');
  await isTyped('abcd');
  await ground.deliver(id, ...sent);
  inputs.send('e');
  await isTyped('abcde');
  assert.deepEqual(said, []);
});

test('what a bridge of an earlier release has typed, which notes nothing, is not typed again by the next one', async () => {
  await using ground = await openSealedGround();
  const id = 'terminal-one';
  const channel = await ground.open(id);
  const listener = ground.listen(channel, id);
  await ground.deliver(id, ...(await channel.seal(['a'])));
  const sealed = await channel.seal(['b']);
  await using keeper = openKeeper({ dataFolder: ground.folder, env: {}, log: { info: () => undefined } });
  await ground.restart(async () => void (await keeper.input(id, 2, 'b')));
  await ground.deliver(id, ...sealed, ...sealed);
  await listener.until('"unknown"');
  await ground.attach(id, ground.phone);
  await ground.deliver(id, 'plain');
  assert.doesNotMatch(await listener.until('"plain"'), /"typed"/);
  assert.deepEqual([channel.again(), await ground.typed(id)], [[], 'ab']);
});

test('a relay that repeats a key does not make its device believe that something was lost', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const sealed = await channel.seal(['a']);
  await ground.deliver('terminal-one', ...sealed, ...sealed, 'plain');
  assert.doesNotMatch(await ground.listen(channel, 'terminal-one').until('"plain"'), /"order"/);
  await ground.deliver('terminal-one', ...(await channel.seal(['b'])));
  await eventually(async () => (await ground.typed('terminal-one')) === 'ab');
});

test('keys that are being typed while their attach ends are not typed again: the word waits for them', async () => {
  await using ground = await openSealedGround();
  const id = 'terminal-one';
  const channel = await ground.open(id);
  const keys = [...'abcdefghijklmnopqrstuvwxyz'.repeat(4)];
  const sealed = await channel.seal(keys);
  const forged = { ...sealed[0], n: keys.length + 1 };
  const typing = ground.deliver(id, ...sealed, forged);
  // The device attaches anew; the relay has held back what the machine refused.
  const later = await ground.attach(id, ground.phone);
  const heard = await ground.listen(later, id).until(`"typed":{"${sealed[0]?.a}"`);
  assert.match(heard, new RegExp(`"typed":{"${sealed[0]?.a}":${keys.length}}`));
  await typing;
  await eventually(async () => (await ground.typed(id)) === keys.join(''));
});

test('what waits at the command line behind a key that was lost is dropped, and the next key is sent', async () => {
  const [said, sent]: [string[], unknown[]] = [[], []];
  let isLost = true;
  const sealed = {
    seal: async (inputs: readonly unknown[]) => {
      if (isLost) throw new BehindLost('Not typed: it follows a lost key.');
      return inputs.map((c) => ({ a: 'attach', n: 1, c: String(c) }));
    },
    ...{ again: () => [], whenAgain: () => {}, broken: () => (isLost = false), mayPass: () => false },
  };
  const call = async (_name: string, { body }: { body: { inputs: unknown[] } }) => void sent.push(...body.inputs);
  const inputs = createInputs({
    ...{ client: { call } as unknown as Client, record: 'terminal-one', sealed },
    ...{ onDropped: (why) => said.push(why), onRefused: assert.ifError },
  });
  inputs.send('rm -rf /');
  await inputs.idle();
  inputs.send('x');
  await inputs.idle();
  assert.deepEqual([said, sent], [['Not typed: it follows a lost key.'], [{ a: 'attach', n: 1, c: 'x' }]]);
});

test('keys that were lost longer ago than a key may wait are not typed after the next attach, and it is said', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const sealed = await channel.seal(['rm -rf\r'], performance.now() - limits.inputAgeMsMax);
  await ground.restart();
  await ground.deliver('terminal-one', ...sealed);
  const said: string[] = [];
  const typed: string[] = [];
  const call = async (_name: string, { body }: { body: { inputs: string[] } }) => void typed.push(...body.inputs);
  const inputs = createInputs({
    ...{ client: { call } as unknown as Client, record: 'terminal-one', sealed: channel },
    ...{ onDropped: (why) => said.push(why), onRefused: assert.ifError },
  });
  await ground.listen(channel, 'terminal-one').until('"typed"');
  await inputs.idle();
  assert.deepEqual([said.length, typed], [1, []]);
});

test('keys that are swapped, or of which one is left out, are not typed: a line without some of its keys is another line (H9)', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const [first, second, third] = await channel.seal(['a', 'b', 'c']);
  await ground.deliver('terminal-one', second, third);
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'd'), 'd');
  await ground.deliver('terminal-one', first, third);
  // What was held back is not typed either, once it was said that something is missing.
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'e'), 'de');
});

test('a key whose position says that it is an old one is not passed by with those behind it typed', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const [first, second, third] = await channel.seal(['a', 'b', 'c']);
  const by = { person: 'person-one', name: 'Ada' };
  const at = Date.now();
  const given = (position: number, input: SealedInput | undefined): InputGiven => ({
    ...{ channel: 'terminal-one', position, at, by },
    input: { ...input },
  });
  await ground.sessions.inbox.take({
    inputs: [given(101, first), given(50, second), given(102, third)],
    ...{ watch: [], readers: [], seen: '', now: at },
  });
  await eventually(async () => (await ground.typed('terminal-one')) === 'a');
  assert.match(await ground.listen(channel, 'terminal-one').until('"order"'), /"why":"order"/);
  assert.equal(await ground.typed('terminal-one'), 'a');
});

test('keys for one terminal are typed into no other, whichever attach they name', async () => {
  await using ground = await openSealedGround();
  const [one, two] = [await ground.open('terminal-one'), await ground.open('terminal-two')];
  const [key] = await one.seal(['for one']);
  const [own] = await two.seal(['for two']);
  await ground.deliver('terminal-two', key, { ...key, a: own?.a });
  assert.equal(await typedAfter(ground, 'terminal-two', two, 'x'), 'x');
});

test('changed bytes, another counter and another attach do not open', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const [key] = await channel.seal(['a']);
  assert.ok(key);
  const bytes = Buffer.from(key.c, 'base64');
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await ground.deliver(
    'terminal-one',
    { ...key, c: bytes.toString('base64') },
    { ...key, n: 2 },
    { ...key, a: 'B'.repeat(16) },
  );
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'b'), 'b');
});

test('a key that the relay held back for 61 s is not typed, whatever time the relay says (H9)', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  const [key] = await channel.seal(['late']);
  ground.aheadMs = limits.sealedInputAgeMsMax + 1000;
  await ground.deliver('terminal-one', key);
  ground.aheadMs = -limits.sealedInputAgeMsMax - 1000;
  await ground.deliver('terminal-one', key);
  ground.aheadMs = 0;
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'x'), 'x');
});

test('a device that was unpinned meanwhile types nothing more, and hears why', async () => {
  await using ground = await openSealedGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', ...(await channel.seal(['a'])));
  await eventually(async () => (await ground.typed('terminal-one')) === 'a');
  await ground.pin();
  await ground.deliver('terminal-one', ...(await channel.seal(['b'])));
  await ground.pin(ground.phone);
  assert.match(await ground.listen(channel, 'terminal-one').until('unpinned'), /"why":"unpinned"/);
  assert.equal(await typedAfter(ground, 'terminal-one', channel, 'c'), 'ac');
});

test('a relay that plays the machine gives a device no keys: it knows the machine by the key that it met first', async () => {
  await using ground = await openSealedGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const { sealingKey } = await phone.sealing();
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const known = await ground.answer('terminal-one', asked.nonce);
  assert.equal((await openKeys(phone, laptop, asked, known)).attach, known.attach);
  // Everybody may wrap keys for a device. The relay's own are of another machine.
  const keys = { out: [Uint8Array.from(Buffer.alloc(32))], in: Uint8Array.from(Buffer.alloc(32)) };
  const given = { ...asked, device: phone.fingerprint, attach: 'A'.repeat(16) };
  const made = { device: given.device, attach: given.attach, ...(await wrapKeys(sealingKey, keys, given)) };
  const lies = [
    { ...made, ...(await createVouch(join(ground.folder, 'phone'))(vouchText({ ...given, ...made }))) },
    { ...made, by: known.by, signature: known.signature },
  ];
  for (const lie of lies) await assert.rejects(openKeys(phone, laptop, asked, lie), { code: 'machine-changed' });
  const other = { ...asked, channel: 'terminal-two' };
  await assert.rejects(openKeys(phone, laptop, other, known), { code: 'machine-changed' });
  await ground.restart();
  const later = await ground.answer('terminal-one', 'nonce-two');
  assert.ok(await openKeys(phone, laptop, { ...asked, nonce: 'nonce-two' }, later));
});

test('the answer to an earlier attach opens nothing for the next one: no key for typing begins twice (H9)', async () => {
  await using ground = await openSealedGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const old = await ground.answer('terminal-one', asked.nonce);
  await openKeys(phone, laptop, asked, old);
  const anew = { ...asked, nonce: 'nonce-two' };
  await assert.rejects(openKeys(phone, laptop, anew, old), { code: 'machine-changed' });
  // Neither does it where the signature is one of this attach: what was wrapped says so too.
  const made = { channel: 'terminal-one', device: old.device, attach: old.attach, enc: old.enc, wrapped: old.wrapped };
  const vouched = await createVouch(ground.folder)(vouchText({ ...made, nonce: anew.nonce }));
  await assert.rejects(openKeys(phone, laptop, anew, { ...old, ...vouched }));
});

test('a relay that answers the next attach of a command line with what the machine gave to the first is found out', async () => {
  await using ground = await openSealedGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const { sealingKey } = await phone.sealing();
  let key: WrappedKeys | undefined;
  const relay = async (call: string, { body }: { body: { signature: { nonce: string } } }) => {
    if (call === 'deviceKeys') return { items: [{ fingerprint: phone.fingerprint, sealingKey }] };
    key ??= await ground.answer('terminal-one', body.signature.nonce);
    return { id: 'command-one', state: 'done', result: { key } };
  };
  const attach = attachOf({ call: relay } as never, laptop, 'terminal-one', phone);
  assert.equal((await attach()).attach, key?.attach);
  await assert.rejects(attach(), { code: 'machine-changed' });
});

test('a machine whose own key could not be read vouches once its file is mended', async () => {
  await using folder = await openTemporaryFolder();
  const vouch = createVouch(folder.path);
  const file = join(folder.path, 'machine-key.json');
  await writeFile(file, '{');
  await assert.rejects(vouch('a text'), /is damaged, so it is not known which key it held/);
  await rm(file);
  assert.ok((await vouch('a text')).signature);
});

test('a list of known machines that is damaged is said and stays, and a new machine of an old name is not taken for it', async () => {
  await using ground = await openSealedGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const folder = dirname(phone.file);
  const file = join(folder, 'known-machines.json');
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const answer = await ground.answer('terminal-one', asked.nonce);
  assert.deepEqual(
    [laptop, { ...laptop, id: 'another' }, { id: 'another', name: 'desk' }].map((one) => isKnownToSeal(folder, one)),
    ['this', 'this', 'others'],
  );
  assert.equal(isKnownToSeal(ground.folder, laptop), 'none');
  const damaged = (await readFile(file, 'utf8')).slice(0, -4);
  await writeFile(file, damaged);
  await assert.rejects(openKeys(phone, laptop, asked, answer), /known-machines\.json is damaged/);
  assert.throws(() => isKnownToSeal(folder, laptop), /is damaged/);
  assert.equal(await readFile(file, 'utf8'), damaged);
});

test('a machine that is met is said with its key, and one that has the name of another too', async () => {
  await using ground = await openSealedGround();
  const said: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (text: string) => said.push(text) > 0;
  try {
    await ground.open('terminal-one');
    const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
    const answer = await ground.answer('terminal-one', asked.nonce);
    await openKeys(ground.phone, laptop, asked, answer);
    await openKeys(ground.phone, { ...laptop, id: 'machine-two' }, asked, answer);
    const shown = showFingerprint(fingerprintOfKey(answer.by));
    const compare = `Run sallyport status there, and check that it shows this key: ${shown}.`;
    const first = `You meet laptop for the first time. ${compare}\n`;
    assert.deepEqual(said, [
      first,
      'Another machine was called laptop before. If nobody has replaced it, somebody may be playing it.\n',
      first,
    ]);
    // The machine itself says the same.
    const status = ['bridge/main.ts', 'status', '--data', ground.folder];
    const { stdout } = await execute(process.execPath, status).catch((ended: { stdout: string }) => ended);
    assert.ok(stdout.includes(`key of this machine: ${shown}`), stdout);
    const json = await execute(process.execPath, [...status, '--json']).catch((ended: { stdout: string }) => ended);
    assert.equal(JSON.parse(json.stdout).fingerprint, fingerprintOfKey(answer.by));
  } finally {
    process.stderr.write = write;
  }
});

test('a machine whose answer does not open is not met by it', async () => {
  await using ground = await openSealedGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const desk = { id: 'machine-two', name: 'desk' };
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const answer = await ground.answer('terminal-one', 'nonce-two');
  const vouched = await createVouch(ground.folder)(vouchText({ ...answer, ...asked }));
  await assert.rejects(openKeys(phone, desk, asked, { ...answer, ...vouched }));
  assert.equal(isKnownToSeal(dirname(phone.file), desk), 'others');
});

test('what was sealed for one place opens in no other, also with its key', () => {
  const key = sealKeyOf(Buffer.alloc(32, 7));
  const place = { channel: 'terminal-one', direction: 'in', counter: 1 } as const;
  const sealed = seal(key, place, 'ls');
  assert.equal(unseal(key, place, sealed)?.toString(), 'ls');
  const others = [{ channel: 'terminal-two' }, { direction: 'out' }, { counter: 2 }] as const;
  for (const other of others) assert.equal(unseal(key, { ...place, ...other }, sealed), undefined);
});

test('what the relay shows of another channel, twice, or of its own making, the device does not open', async () => {
  await using ground = await openSealedGround();
  const [one, two] = [await ground.open('terminal-one'), await ground.open('terminal-two')];
  await ground.deliver('terminal-one', ...(await one.seal([{ size: [99, 33] }])));
  const entry = await eventually(async () => {
    await ground.listen(one, 'terminal-one').until('"r":[99,33]');
    return ground.stored.findLast(({ channel }) => channel === 'terminal-one')?.entries.at(-1);
  });
  const [openOne, openTwo] = [one, two].map((channel) => channel.reader(new AbortController().signal));
  assert.equal(await openTwo?.({ is: 'entry', entry }), undefined);
  assert.ok(await openOne?.({ is: 'entry', entry }));
  assert.equal(await openOne?.({ is: 'entry', entry }), undefined);
  assert.equal(await openOne?.({ is: 'entry', entry: { o: 'password: ' } }), undefined);
});
