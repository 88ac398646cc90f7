/** A sealed channel in the app against a relay that lies: what the machine has not sealed for this place is not shown, and what is typed opens there alone. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { holdKeys } from '#contract/keys-held.ts';
import { MachineChanged, type MachineMemory, openAnswer } from '#contract/known-machines.ts';
import type { KnownMachines } from '#contract/known-to-seal.ts';
import type { SealedInput, WrappedKeys } from '#contract/sealed.ts';
import { type Direction, vouchText } from '#contract/sealing.ts';
import { showFingerprint } from '#contract/signing.ts';
import { openOwnKey } from '../../bridge/keys/device-key.ts';
import { fingerprintOfKey } from '../../bridge/keys/pins.ts';
import { type SealKey, seal, sealKeyOf, unseal } from '../../bridge/keys/sealed-bytes.ts';
import { openChannelSeal } from '../../bridge/sessions/channel-seal.ts';
import { createVouch } from '../../bridge/sessions/machine-key.ts';
import type { ChannelEvent } from '../../pwa/state/channels/channel-told.ts';
import type { OpenChannels } from '../../pwa/state/channels/open-channels.ts';
import { openSealed } from '../../pwa/state/channels/sealed-channels.ts';
import { eventually } from '../kit/eventually.ts';
import { openTemporaryFolder } from '../kit/projects.ts';

const record = 'terminal-one';

/** The machine's side, and what this device was shown and sent. */
async function openGround() {
  let keys = [sealKeyOf(randomBytes(32))];
  const incoming = sealKeyOf(randomBytes(32));
  let refusal: Error | undefined;
  const shown: ChannelEvent[] = [];
  const sent: SealedInput[] = [];
  const refused: string[] = [];
  let attaches = 0;
  let hear = (_: ChannelEvent): void => assert.fail('nobody follows');
  const channels = { follow: (_: string, heard: typeof hear) => (hear = heard) } as unknown as OpenChannels;
  const call = async (_: string, { body }: { body: { inputs: SealedInput[] } }) => void sent.push(...body.inputs);
  const sealed = await openSealed({
    ...{ api: { call } as never, channels, record },
    attach: async () => {
      attaches += 1;
      if (refusal !== undefined) throw refusal;
      const out = keys.map(({ raw }) => Uint8Array.from(raw));
      const held = await holdKeys(`attach-${attaches}`, { out, in: Uint8Array.from(incoming.raw) });
      return { keys: held, met: [] };
    },
  });
  sealed.follow(record, (event) => shown.push(event), new AbortController().signal);
  const inputs = sealed.inputs(record, { dropped: (why) => refused.push(why), taken: () => {} });
  const newest = () => keys.at(-1) ?? assert.fail('no key');
  return {
    ...{ shown, sent, refused, sealed, inputs },
    attaches: () => attaches,
    /** The machine begins another key. */
    roll: () => void keys.push(sealKeyOf(randomBytes(32))),
    /** It has lost its keys. */
    loseKeys: () => {
      keys = [sealKeyOf(randomBytes(32))];
    },
    /** It gives this device no more keys. */
    refuse: (error: Error) => {
      refusal = error;
    },
    /** What the machine says, or the relay in its name. */
    say: (
      counter: number,
      entry: unknown,
      place: { channel?: string; direction?: Direction; key?: SealKey; name?: string } = {},
    ) => {
      const { channel = record, direction = 'out', key = newest(), name = key.name } = place;
      return { k: name, n: counter, c: seal(key, { channel, direction, counter }, JSON.stringify(entry)) };
    },
    screen: (counter: number, text: string) => {
      const bytes = gzipSync(JSON.stringify({ text }));
      const key = newest();
      const c = seal(key, { channel: record, direction: 'screen', counter }, bytes);
      return JSON.stringify({ k: key.name, n: counter, c });
    },
    tell: (event: ChannelEvent) => hear(event),
    tellEntry: (entry: unknown) => hear({ type: 'entry', entry }),
    /** What the machine reads of inputs. */
    read: () =>
      sent.map(({ n, c }) => {
        const bytes = unseal(incoming, { channel: record, direction: 'in', counter: n }, c);
        return bytes === undefined ? undefined : JSON.parse(bytes.toString()).input;
      }),
  };
}

const entriesOf = (shown: readonly ChannelEvent[]) =>
  shown.flatMap((event) => (event.type === 'entry' ? [event.entry] : []));

test('what a relay makes up, repeats, swaps or takes from elsewhere is not shown (H8)', async () => {
  const { shown, say, tell, tellEntry, screen } = await openGround();
  const first = say(5, { o: 'first' });
  tellEntry(first);
  tellEntry(first);
  tellEntry({ o: 'password: ' });
  tellEntry(say(6, { o: 'of another channel' }, { channel: 'terminal-two' }));
  tellEntry(say(7, { o: 'a piece' }, { direction: 'piece' }));
  const other = sealKeyOf(randomBytes(32));
  tellEntry(say(8, { o: 'of another key' }, { key: other, name: first.k }));
  tellEntry({ ...say(9, { o: 'of another counter' }), n: 10 });
  tellEntry(say(4, { o: 'older' }));
  tell({ type: 'snapshot', text: JSON.stringify({ text: 'plain' }) });
  tellEntry(say(11, { o: 'last' }));
  tell({ type: 'snapshot', text: screen(12, 'screen') });
  await eventually(() => shown.some(({ type }) => type === 'snapshot'));
  assert.deepEqual(entriesOf(shown), [{ o: 'first' }, { o: 'last' }]);
  assert.deepEqual(shown.at(-1), { type: 'snapshot', text: '{"text":"screen"}' });
  // Told from the start, it is shown from the start.
  tell({ type: 'begin' });
  tellEntry(first);
  await eventually(() => entriesOf(shown).length === 3);
});

test('what is typed opens on the machine alone, in its order, and after a refusal by another attach', async () => {
  const { sent, refused, inputs, read, say, tellEntry } = await openGround();
  inputs.send('hunter2');
  await eventually(() => sent.length === 1);
  inputs.send({ size: [80, 24] });
  await eventually(() => sent.length === 2);
  assert.ok(!JSON.stringify(sent).includes('hunter2'));
  assert.deepEqual(read(), ['hunter2', { size: [80, 24] }]);
  // A refusal of another one's attach is nothing to this device, and so is one that the relay makes up.
  tellEntry({ refused: { attach: 'attach-1', why: 'order' } });
  tellEntry(say(1, { refused: { attach: 'attach-9', why: 'order' } }));
  tellEntry(say(2, { refused: { attach: 'attach-1', why: 'late' } }));
  await eventually(() => refused.length === 1);
  assert.match(refused[0] ?? '', /^Not typed: it took more than a minute/);
  inputs.send('again');
  await eventually(() => sent.length === 3);
  assert.deepEqual(
    sent.map(({ a, n }) => [a, n]),
    [
      ['attach-1', 1],
      ['attach-1', 2],
      ['attach-2', 1],
    ],
  );
});

test('of a machine that has lost its keys the app shows on: it attaches anew, and not at each entry that is made up (H8)', async () => {
  const { shown, say, screen, tell, tellEntry, loseKeys, roll, attaches, sent, inputs, refused } = await openGround();
  const old = screen(4, 'old');
  tellEntry(say(5, { o: 'before' }));
  tell({ type: 'snapshot', text: old });
  await eventually(() => entriesOf(shown).length === 1);
  roll();
  const gone = say(6, { o: 'sealed with a key that is lost' });
  loseKeys();
  tellEntry(gone);
  tell({ type: 'snapshot', text: screen(1, 'new') });
  tellEntry(say(2, { o: 'after' }));
  // It is as if it were a key that the machine has lost.
  for (let turn = 0; turn < 5; turn++) tellEntry(gone);
  tellEntry(say(3, { o: 'last' }));
  await eventually(() => entriesOf(shown).length === 3);
  assert.deepEqual(shown, [
    { type: 'entry', entry: { o: 'before' } },
    { type: 'snapshot', text: '{"text":"new"}' },
    { type: 'entry', entry: { o: 'after' } },
    { type: 'entry', entry: { o: 'last' } },
  ]);
  assert.equal(attaches(), 2);
  inputs.send('ls');
  await eventually(() => sent.length === 1);
  assert.deepEqual([sent[0]?.a, sent[0]?.n], ['attach-2', 1]);
  tellEntry(say(10, { refused: { attach: 'attach-1', why: 'unknown' } }));
  await eventually(() => refused.length === 1);
  assert.match(refused[0] ?? '', /^Not typed: the machine does not know this attach/);
});

test('a device that was unpinned is told so in the place of what it does not see any more, and shows what it had', async () => {
  const { shown, say, tellEntry, roll, refuse, attaches } = await openGround();
  tellEntry(say(1, { o: 'before' }));
  roll();
  refuse(new Error('not pinned'));
  for (let n = 2; n < 6; n++) tellEntry(say(n, { o: 'after' }));
  await eventually(() => shown.length > 1);
  const [first, shut, ...more] = shown;
  assert.deepEqual(first, { type: 'entry', entry: { o: 'before' } });
  assert.ok(shut?.type === 'shut' && String(shut.why).includes('not pinned'));
  assert.deepEqual([more, attaches()], [[], 2]);
});

test('an attach while keys are sealed lets no counter be used twice', async () => {
  const { sent, inputs, tell, screen, loseKeys, attaches } = await openGround();
  inputs.send('first');
  await eventually(() => sent.length === 1);
  loseKeys();
  tell({ type: 'snapshot', text: screen(1, 'new') });
  for (let turn = 0; turn < 60; turn++) inputs.send({ turn });
  await eventually(() => attaches() === 2 && sent.length === 61);
  const used = sent.map(({ a, n }) => `${a} ${n}`);
  assert.equal(new Set(used).size, used.length);
});

test('the app opens an answer of a machine for the attach that asked for it alone, and meets the machine by one that opens', async () => {
  await using folder = await openTemporaryFolder();
  const phone = await openOwnKey(folder.path);
  const { sealingKey, pair } = await phone.sealing();
  const machineOf = async (name: string) => {
    const vouch = createVouch(join(folder.path, name));
    const deps = { pinned: () => [phone.fingerprint], now: Date.now, vouch, onTrouble: assert.ifError };
    await mkdir(join(folder.path, name));
    return { vouch, seal: openChannelSeal(join(folder.path, name, 'one.json'), record, deps) };
  };
  const [laptop, other] = [await machineOf('laptop'), await machineOf('other')];
  await using _laptop = laptop.seal;
  await using _other = other.seal;
  const answerOf = ({ seal }: typeof laptop, nonce: string) =>
    seal.attach({ fingerprint: phone.fingerprint, sealingKey, nonce });
  let known: KnownMachines = {};
  const memory: MachineMemory = {
    known: async () => known,
    meet: async ({ id, name }, key) => {
      known = { ...known, [id]: { name, key } };
    },
  };
  const machine = { id: 'machine-one', name: 'laptop' };
  const open = (nonce: string, answer: WrappedKeys, at = machine) =>
    openAnswer(pair, at, { channel: record, nonce }, answer, memory);
  const old = await answerOf(laptop, 'one');
  // The answer to an earlier attach, as it was and vouched for anew.
  await assert.rejects(open('two', old), /no answer of laptop/);
  const vouched = await laptop.vouch(vouchText({ ...old, channel: record, nonce: 'two' }));
  await assert.rejects(open('two', { ...old, ...vouched }));
  assert.deepEqual(known, {});
  const first = await open('one', old);
  assert.equal(first.keys.attach, old.attach);
  const shown = showFingerprint(fingerprintOfKey(old.by));
  assert.match(first.met.join(), new RegExp(`^You meet laptop for the first time\\. .*: \`${shown}\`\\.$`));
  assert.deepEqual(known, { 'machine-one': { name: 'laptop', key: old.by } });
  assert.deepEqual((await open('one again', await answerOf(laptop, 'one again'))).met, []);
  const theirs = await answerOf(other, 'three');
  const changed = await open('three', theirs).catch((error: unknown) => error);
  assert.ok(changed instanceof MachineChanged);
  // It says the key that it has now, which its owner can compare.
  assert.ok(changed.message.includes(showFingerprint(fingerprintOfKey(theirs.by))), changed.message);
  assert.equal(known['machine-one']?.key, old.by);
  await changed.believe?.();
  assert.ok(await open('four', await answerOf(other, 'four')));
  await assert.rejects(open('five', await answerOf(laptop, 'five')), MachineChanged);
  // One of the same name under another id is said, because it may be played.
  const namesake = await open('six', await answerOf(laptop, 'six'), { ...machine, id: 'machine-two' });
  assert.match(namesake.met[0] ?? '', /^Another machine was called laptop before/);
});

test('a screen that was left or opened anew hears nothing of what still opens, nor that it does not', async () => {
  const { sealed, shown, say, tellEntry } = await openGround();
  const left = new AbortController();
  const heard: ChannelEvent[] = [];
  sealed.follow(record, (event) => heard.push(event), left.signal);
  tellEntry(say(5, { o: 'late' }));
  left.abort();
  sealed.follow(record, (event) => shown.push(event), new AbortController().signal);
  tellEntry(say(6, { o: 'in time' }));
  await eventually(() => entriesOf(shown).length === 1);
  assert.deepEqual(heard, []);
});
