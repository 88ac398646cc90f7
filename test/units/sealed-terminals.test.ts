/** Sealed terminals against a relay that lies: whatever it does with what a pinned device typed, the program gets nothing of it. The relay is this test. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Act } from '#contract/audit.ts';
import type { InputGiven } from '#contract/channel.ts';
import { wrapKeys } from '#contract/key-wrapping.ts';
import { limits } from '#contract/limits.ts';
import type { SealedInput, WrappedKeys } from '#contract/sealed.ts';
import { vouchText } from '#contract/sealing.ts';
import { showFingerprint } from '#contract/signing.ts';
import { knownToSeal, openKeys } from '../../bridge/cli/known-machines.ts';
import { attachOf, notTypedIn, openSealedChannel, type SealedChannel } from '../../bridge/cli/sealed-channel.ts';
import { type OwnKey, openOwnKey } from '../../bridge/device-key.ts';
import { fingerprintOfKey, writePins } from '../../bridge/pins.ts';
import { seal, unseal } from '../../bridge/sealed-bytes.ts';
import { openChannelSeal } from '../../bridge/sessions/channel-seal.ts';
import { createVouch } from '../../bridge/sessions/machine-key.ts';
import type { OpenSessions } from '../../bridge/sessions/open-sessions.ts';
import { openSealFile } from '../../bridge/sessions/seal-file.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';
import { endKeeper, openTestSessions, testMachine } from '../kit/sessions.ts';

const laptop = { id: testMachine, name: 'laptop' };

interface Ground extends AsyncDisposable {
  readonly folder: string;
  sessions: OpenSessions;
  readonly phone: OwnKey;
  /** How far the machine's clock is ahead of the device's, in ms. */
  aheadMs: number;
  /** What the machine's own audit has. */
  readonly acts: Act[];
  /** What the relay was given of all channels, as text. */
  stored: string;
  open(id: string): Promise<SealedChannel>;
  /** What the machine answers to an attach of the phone with this nonce. */
  answer(id: string, nonce: string): Promise<WrappedKeys>;
  /** Delivers inputs as the relay, with positions and times that it makes up. */
  deliver(id: string, ...inputs: unknown[]): Promise<void>;
  /** What the program of a terminal was given. */
  typed(id: string): Promise<string>;
  pin(...devices: readonly OwnKey[]): Promise<void>;
  /** The next life of the bridge. */
  restart(): Promise<void>;
  /** The counters of entries that the relay was given, once there are so many. */
  counters(least: number): Promise<readonly string[]>;
  /** What the device hears of a channel, until the entry says this. */
  hear(channel: SealedChannel, id: string, until: string): Promise<string>;
}

async function openGround(): Promise<Ground> {
  const data = await openTemporaryFolder();
  const folder = data.path;
  await mkdir(join(folder, 'phone'));
  const phone = await openOwnKey(join(folder, 'phone'));
  let position = 0;
  const now = () => Date.now() + ground.aheadMs;
  const begin = () => openTestSessions(folder, { now, record: (act) => ground.acts.push(act) });
  const drain = async () => {
    const parts = await ground.sessions.source.parts(1_000_000);
    ground.stored += JSON.stringify(parts);
    ground.sessions.source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: true })));
    return parts;
  };
  const attach = (id: string) => async () => {
    const nonce = randomBytes(16).toString('base64url');
    return await openKeys(phone, laptop, { channel: id, nonce }, await ground.answer(id, nonce));
  };
  const ground: Ground = {
    ...{ folder, phone, aheadMs: 0, stored: '', acts: [], sessions: undefined as unknown as OpenSessions },
    answer: async (id, nonce) => {
      const { sealingKey } = await phone.sealing();
      const key = await ground.sessions.attach(id, async () => ({ fingerprint: phone.fingerprint, sealingKey, nonce }));
      assert.ok(key);
      return key;
    },
    open: async (id) => {
      const script = `stty raw -echo; echo ready; cat > ${id}.typed`;
      const opening = ground.sessions.open({
        ...{ id, argv: ['sh', '-c', script], cwd: folder, env: { PATH: process.env.PATH ?? '' } },
        ...{ title: 'cat', by: 'Ada', cols: 80, rows: 24, isRecorded: true, isSealed: true },
      });
      let isOpen = false;
      void opening.then(() => (isOpen = true));
      await eventually(async () => {
        await drain();
        return isOpen && (await readdir(folder)).includes(`${id}.typed`);
      });
      return openSealedChannel(id, await attach(id)(), attach(id));
    },
    deliver: async (id, ...inputs) => {
      const given = inputs.map((input): InputGiven => {
        position += 1;
        const by = { person: 'person-one', name: 'Ada' };
        return { channel: id, position, at: now(), by, input: input as InputGiven['input'] };
      });
      await ground.sessions.inbox.take({ inputs: given, watch: [id], readers: [], seen: '', now: now() });
    },
    typed: async (id) => await readFile(join(folder, `${id}.typed`), 'utf8'),
    pin: async (...devices) => {
      const named = { name: 'phone', machine: testMachine, pinnedAt: 'today' };
      await writePins(
        folder,
        devices.map(({ publicKey, fingerprint }) => ({ publicKey, fingerprint, ...named })),
      );
    },
    restart: async () => {
      await ground.sessions[Symbol.asyncDispose]();
      ground.sessions = await begin();
    },
    counters: (least) =>
      eventually(async () => {
        await drain();
        const all = [...ground.stored.matchAll(/"n":(\d+)/g)].map(([, counter = '']) => counter);
        return all.length >= least && all;
      }),
    hear: async (channel, id, until) => {
      let heard = '';
      await eventually(async () => {
        for (const part of await drain())
          if (part.channel === id)
            for (const entry of part.entries)
              heard += JSON.stringify((await channel.open({ is: 'entry', entry })) ?? 'not opened');
        return heard.includes(until);
      });
      return heard;
    },
    [Symbol.asyncDispose]: async () => {
      await ground.sessions[Symbol.asyncDispose]();
      await endKeeper(folder);
      await data[Symbol.asyncDispose]();
    },
  };
  await ground.pin(phone);
  ground.sessions = await begin();
  return ground;
}

/** What the program has after the lie, and after a key that is good: the key shows that the lie had its time. */
async function after(ground: Ground, id: string, channel: SealedChannel, good: string): Promise<string> {
  channel.broken();
  await ground.deliver(id, ...(await channel.seal([good])));
  return await eventually(async () => {
    const typed = await ground.typed(id);
    return typed.endsWith(good) && typed;
  });
}

test('what a pinned device types arrives, what the program answers opens there, and the relay is given nothing that can be read (H8)', async () => {
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', ...(await channel.seal(['first secret', { size: [100, 30] }, ' and more'])));
  await eventually(async () => (await ground.typed('terminal-one')) === 'first secret and more');
  const heard = await ground.hear(channel, 'terminal-one', '"r":[100,30]');
  assert.ok(!heard.includes('not opened'), heard);
  assert.ok(ground.stored.includes('"n":') && !ground.stored.includes('ready') && !ground.stored.includes('"r":'));
  // A recording is there, and nobody reads it from away.
  assert.deepEqual(await ground.sessions.recordings(), []);
  await assert.rejects(ground.sessions.recording('terminal-one', 0, 100), { code: 'record-unknown' });
  assert.deepEqual(await readdir(join(ground.folder, 'recordings')), ['terminal-one.cast-of-sealed']);
  const file = join(ground.folder, 'sealed', 'terminal-one.jsonl');
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test('the audit of the machine has by which key a sealed terminal was typed into, whatever name the relay says', async () => {
  await using ground = await openGround();
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
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', 'rm -rf\r', { size: [1, 1] }, { a: 'A'.repeat(16), n: 1, c: 'AAAA' }, { n: 1 });
  assert.equal(await after(ground, 'terminal-one', channel, 'ls'), 'ls');
});

test('keys that are repeated are typed once, also by the next bridge', async () => {
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  const [first, second] = await channel.seal(['a', 'b']);
  await ground.deliver('terminal-one', first, first, second, first, second);
  await ground.restart();
  await ground.deliver('terminal-one', first, second);
  assert.equal(await after(ground, 'terminal-one', channel, 'c'), 'abc');
});

test('keys that are swapped, or of which one is left out, are not typed: a line without some of its keys is another line (H9)', async () => {
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  const [first, second, third] = await channel.seal(['a', 'b', 'c']);
  await ground.deliver('terminal-one', second, third);
  assert.equal(await after(ground, 'terminal-one', channel, 'd'), 'd');
  await ground.deliver('terminal-one', first, third);
  assert.equal(await after(ground, 'terminal-one', channel, 'e'), 'dae');
});

test('a key whose position says that it is an old one is not passed by with those behind it typed', async () => {
  await using ground = await openGround();
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
  assert.match(await ground.hear(channel, 'terminal-one', '"order"'), /"why":"order"/);
  assert.equal(await ground.typed('terminal-one'), 'a');
});

test('keys for one terminal are typed into no other, whichever attach they name', async () => {
  await using ground = await openGround();
  const [one, two] = [await ground.open('terminal-one'), await ground.open('terminal-two')];
  const [key] = await one.seal(['for one']);
  const [own] = await two.seal(['for two']);
  await ground.deliver('terminal-two', key, { ...key, a: own?.a });
  assert.equal(await after(ground, 'terminal-two', two, 'x'), 'x');
});

test('changed bytes, another counter and another attach do not open', async () => {
  await using ground = await openGround();
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
  assert.equal(await after(ground, 'terminal-one', channel, 'b'), 'b');
});

test('a key that the relay held back for 61 s is not typed, whatever time the relay says (H9)', async () => {
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  const [key] = await channel.seal(['late']);
  ground.aheadMs = limits.sealedInputAgeMsMax + 1000;
  await ground.deliver('terminal-one', key);
  ground.aheadMs = -limits.sealedInputAgeMsMax - 1000;
  await ground.deliver('terminal-one', key);
  ground.aheadMs = 0;
  assert.equal(await after(ground, 'terminal-one', channel, 'x'), 'x');
});

test('a device that was unpinned meanwhile types nothing more, and hears why', async () => {
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', ...(await channel.seal(['a'])));
  await eventually(async () => (await ground.typed('terminal-one')) === 'a');
  await ground.pin();
  await ground.deliver('terminal-one', ...(await channel.seal(['b'])));
  assert.match(await ground.hear(channel, 'terminal-one', 'unpinned'), /"why":"unpinned"/);
  assert.equal(await ground.typed('terminal-one'), 'a');
  await ground.pin(ground.phone);
  assert.equal(await after(ground, 'terminal-one', channel, 'c'), 'ac');
});

test('a device is told what was not typed of its own, by an earlier attach too, and by a policy that concerns everybody', async () => {
  const keys = (attach: string) => ({ attach, out: new Uint8Array(32), in: new Uint8Array(32) });
  const device = openSealedChannel('terminal-one', keys('first'), async () => keys('second'));
  device.broken();
  await device.seal(['x']);
  const told = (refused: object, sealed: SealedChannel | undefined = device) =>
    notTypedIn({ is: 'entry', entry: { refused } }, sealed);
  assert.equal(told({ attach: 'of another', why: 'unknown' }), undefined);
  assert.equal(told({ why: 'plain' }), undefined);
  assert.match(told({ attach: 'first', why: 'unknown' }) ?? '', /^Not typed: the machine does not know this attach/);
  assert.match(told({ attach: 'second', why: 'forged' }) ?? '', /^Not typed: it was changed/);
  assert.equal(told({ attach: 'second', why: 'constructor' }), 'Not typed. Type it again.');
  const everybody = (sealed: SealedChannel | undefined) =>
    notTypedIn({ is: 'entry', entry: { refused: { why: 'policy' } } }, sealed);
  assert.match(everybody(device) ?? '', /^Not typed: policy\.json/);
  assert.match(everybody(undefined) ?? '', /^Not typed: policy\.json/);
});

test('a sealed terminal outlives its bridge: the device types on with the keys that it has, and no counter is used twice', async () => {
  await using ground = await openGround();
  const channel = await ground.open('terminal-one');
  await ground.deliver('terminal-one', ...(await channel.seal(['a', { size: [70, 20] }])));
  const begun = await ground.counters(2);
  await ground.restart();
  await ground.deliver('terminal-one', ...(await channel.seal(['b'])));
  await eventually(async () => (await ground.typed('terminal-one')) === 'ab');
  await ground.restart();
  await ground.deliver('terminal-one', ...(await channel.seal([{ size: [90, 20] }])));
  const counters = await ground.counters(begun.length + 2);
  assert.equal(new Set(counters).size, counters.length);
});

test('of a file of keys that is damaged nothing counts: no counter is used twice with one key', async () => {
  await using folder = await openTemporaryFolder();
  const path = join(folder.path, 'keys.jsonl');
  const before = await openSealFile(path);
  await before.allow(100);
  await before[Symbol.asyncDispose]();
  const again = await openSealFile(path);
  assert.deepEqual([again.out, again.upTo], [before.out, 100]);
  await again[Symbol.asyncDispose]();
  await writeFile(path, (await readFile(path, 'utf8')).replace('"upTo":100', '"upTo":1x0'));
  await using damaged = await openSealFile(path);
  assert.notDeepEqual(damaged.out, before.out);
});

test('of a machine that has lost its keys a device hears on: it attaches anew, and not at each entry that is made up (H8)', async () => {
  await using folder = await openTemporaryFolder();
  const own = await openOwnKey(folder.path);
  const { fingerprint } = own;
  const { sealingKey } = await own.sealing();
  const deps = { pinned: () => [fingerprint], now: Date.now, vouch: createVouch(folder.path) };
  const path = join(folder.path, 'keys.jsonl');
  let machine = await openChannelSeal(path, 'terminal-one', deps);
  let attaches = 0;
  const attach = async () => {
    attaches += 1;
    const nonce = randomBytes(16).toString('base64url');
    const answer = await machine.attach({ fingerprint, sealingKey, nonce });
    return await openKeys(own, laptop, { channel: 'terminal-one', nonce }, answer);
  };
  const device = openSealedChannel('terminal-one', await attach(), attach);
  const hears = async (entry: unknown) => {
    const heard = await device.open({ is: 'entry', entry });
    return heard?.is === 'entry' ? heard.entry : undefined;
  };
  const shows = async (snapshot: string) => {
    const heard = await device.open({ is: 'snapshot', bytes: Buffer.from(snapshot, 'base64') });
    return heard?.is === 'snapshot' ? gunzipSync(heard.bytes).toString() : undefined;
  };
  const screen = (text: string) => machine.snapshot(gzipSync(text).toString('base64'));
  await machine.ready();
  const old = await screen('old screen');
  assert.deepEqual(await hears(machine.entry({ o: 'before' })), { o: 'before' });
  assert.equal(await shows(old), undefined);
  await machine[Symbol.asyncDispose]();
  await rm(path);
  machine = await openChannelSeal(path, 'terminal-one', deps);
  await machine.ready();
  // Its counters begin anew, below those that were heard.
  assert.equal(await shows(await screen('new screen')), 'new screen');
  assert.deepEqual(await hears(machine.entry({ o: 'after' })), { o: 'after' });
  const made = { n: 99, c: Buffer.alloc(40).toString('base64') };
  for (let turn = 0; turn < 5; turn++) assert.equal(await hears(made), undefined);
  assert.equal(attaches, 2);
  const [typed] = await device.seal(['ls']);
  assert.deepEqual(await machine.open([typed]), [{ input: 'ls', device: fingerprint }]);
  await machine[Symbol.asyncDispose]();
});

test('a relay that plays the machine gives a device no keys: it knows the machine by the key that it met first', async () => {
  await using ground = await openGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const { sealingKey } = await phone.sealing();
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const known = await ground.answer('terminal-one', asked.nonce);
  assert.equal((await openKeys(phone, laptop, asked, known)).attach, known.attach);
  // Everybody may wrap keys for a device. The relay's own are of another machine.
  const keys = { out: Uint8Array.from(Buffer.alloc(32)), in: Uint8Array.from(Buffer.alloc(32)) };
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
  await using ground = await openGround();
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
  await using ground = await openGround();
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
  await assert.rejects(vouch('a text'), /cannot be used as a key/);
  await rm(file);
  assert.ok((await vouch('a text')).signature);
});

test('a list of known machines that is damaged is said and stays, and a new machine of an old name is not taken for it', async () => {
  await using ground = await openGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const folder = dirname(phone.file);
  const file = join(folder, 'known-machines.json');
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const answer = await ground.answer('terminal-one', asked.nonce);
  assert.deepEqual(
    [laptop, { ...laptop, id: 'another' }, { id: 'another', name: 'desk' }].map((one) => knownToSeal(folder, one)),
    ['this', 'this', 'others'],
  );
  assert.equal(knownToSeal(ground.folder, laptop), 'none');
  const damaged = (await readFile(file, 'utf8')).slice(0, -4);
  await writeFile(file, damaged);
  await assert.rejects(openKeys(phone, laptop, asked, answer), /known-machines\.json cannot be read/);
  assert.throws(() => knownToSeal(folder, laptop), /cannot be read/);
  assert.equal(await readFile(file, 'utf8'), damaged);
});

test('a machine that is met is said with its key, and one that has the name of another too', async () => {
  await using ground = await openGround();
  const said: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (text: string) => said.push(text) > 0;
  try {
    await ground.open('terminal-one');
    const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
    const answer = await ground.answer('terminal-one', asked.nonce);
    await openKeys(ground.phone, laptop, asked, answer);
    await openKeys(ground.phone, { ...laptop, id: 'machine-two' }, asked, answer);
    const first = `First time at laptop: its key is ${showFingerprint(fingerprintOfKey(answer.by))}.\n`;
    assert.deepEqual(said, [
      first,
      'Another machine was called laptop before. If nobody has replaced it, somebody may be playing it.\n',
      first,
    ]);
  } finally {
    process.stderr.write = write;
  }
});

test('a machine whose answer does not open is not met by it', async () => {
  await using ground = await openGround();
  await ground.open('terminal-one');
  const { phone } = ground;
  const desk = { id: 'machine-two', name: 'desk' };
  const asked = { channel: 'terminal-one', nonce: 'nonce-one' };
  const answer = await ground.answer('terminal-one', 'nonce-two');
  const vouched = await createVouch(ground.folder)(vouchText({ ...answer, ...asked }));
  await assert.rejects(openKeys(phone, desk, asked, { ...answer, ...vouched }));
  assert.equal(knownToSeal(dirname(phone.file), desk), 'others');
});

test('what was sealed for one place opens in no other, also with its key', () => {
  const key = Buffer.alloc(32, 7);
  const place = { channel: 'terminal-one', direction: 'in', counter: 1 } as const;
  const { c } = seal(key, place, 'ls');
  assert.equal(unseal(key, place, c)?.toString(), 'ls');
  const others = [{ channel: 'terminal-two' }, { direction: 'out' }, { counter: 2 }] as const;
  for (const other of others) assert.equal(unseal(key, { ...place, ...other }, c), undefined);
});

test('what the relay shows of another channel, twice, or of its own making, the device does not open', async () => {
  await using ground = await openGround();
  const [one, two] = [await ground.open('terminal-one'), await ground.open('terminal-two')];
  await ground.deliver('terminal-one', ...(await one.seal([{ size: [99, 33] }])));
  const entries: unknown[] = [];
  await eventually(async () => {
    const parts = await ground.sessions.source.parts(1_000_000);
    ground.sessions.source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: true })));
    for (const part of parts) if (part.channel === 'terminal-one') entries.push(...part.entries);
    return entries.length > 0;
  });
  const [entry] = entries;
  assert.equal(await two.open({ is: 'entry', entry }), undefined);
  assert.ok(await one.open({ is: 'entry', entry }));
  assert.equal(await one.open({ is: 'entry', entry }), undefined);
  assert.equal(await one.open({ is: 'entry', entry: { o: 'password: ' } }), undefined);
});
