/** Sealed terminals with a relay that is the test: it has what the machine gives it, and delivers what it likes. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Act } from '#contract/audit.ts';
import type { ChannelPart, InputGiven } from '#contract/channel.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import type { Heard } from '../../bridge/cli/follow-channel.ts';
import { openKeys } from '../../bridge/cli/known-machines.ts';
import { openSealedChannel, type SealedChannel } from '../../bridge/cli/sealed-channel.ts';
import { type OwnKey, openOwnKey } from '../../bridge/keys/device-key.ts';
import { readPins, writePins } from '../../bridge/keys/pins.ts';
import type { OpenSessions } from '../../bridge/sessions/open-sessions.ts';
import { eventually } from './eventually.ts';
import { openTemporaryFolder } from './projects.ts';
import { endKeeper, openTestSessions, testMachine } from './sessions.ts';

export const laptop = { id: testMachine, name: 'laptop' };

export interface SealedGround extends AsyncDisposable {
  /** The machine's data folder. */
  readonly folder: string;
  readonly sessions: OpenSessions;
  readonly phone: OwnKey;
  /** How far the machine's clock is ahead of the device's, in ms. */
  aheadMs: number;
  /** What the machine's own audit has. */
  readonly acts: Act[];
  /** What the relay was given of all channels, in order. */
  readonly stored: ChannelPart[];
  /** Another device, which is pinned too. */
  device(name: string): Promise<OwnKey>;
  /** Opens a terminal, in which a program keeps what it is given, and attaches the phone. */
  open(id: string): Promise<SealedChannel>;
  attach(id: string, device: OwnKey): Promise<SealedChannel>;
  /** What the machine answers to an attach of the phone with this nonce. */
  answer(id: string, nonce: string, device?: OwnKey): Promise<WrappedKeys>;
  /** Delivers inputs as the relay, with positions and times that it makes up. */
  deliver(id: string, ...inputs: unknown[]): Promise<void>;
  /** What the program of a terminal was given. */
  typed(id: string): Promise<string>;
  /** From now on these are pinned. */
  pin(...devices: readonly OwnKey[]): Promise<void>;
  /** The next life of the bridge; `between`: while there is none. */
  restart(between?: () => Promise<void>): Promise<void>;
  /** A device that listens to a channel from its beginning. */
  listen(channel: SealedChannel, id: string): Listener;
}

export interface Listener {
  /** What was heard, as JSON, once it has this. */
  until(what: string): Promise<string>;
}

export async function openSealedGround(): Promise<SealedGround> {
  const data = await openTemporaryFolder();
  const folder = data.path;
  const deviceOf = async (name: string) => {
    await mkdir(join(folder, name));
    return await openOwnKey(join(folder, name));
  };
  const phone = await deviceOf('phone');
  const acts: Act[] = [];
  const stored: ChannelPart[] = [];
  let position = 0;
  const now = () => Date.now() + ground.aheadMs;
  const begin = () => openTestSessions(folder, { now, record: (act) => acts.push(act) });
  const drain = async () => {
    const parts = await sessions.source.parts(1_000_000);
    stored.push(...parts);
    sessions.source.stands(parts.map(({ channel, seq }) => ({ channel, seq, watched: true })));
  };
  const pin = async (...devices: readonly OwnKey[]) => {
    const named = { name: 'phone', machine: testMachine, pinnedAt: 'today' };
    const pins = devices.map(({ publicKey, fingerprint }) => ({ publicKey, fingerprint, ...named }));
    await writePins(folder, pins);
  };
  await pin(phone);
  let sessions!: OpenSessions;
  const ground: SealedGround = {
    ...{ folder, phone, aheadMs: 0, stored, acts, pin },
    get sessions() {
      return sessions;
    },
    device: async (name) => {
      const made = await deviceOf(name);
      await pin(phone, made);
      return made;
    },
    answer: async (id, nonce, { fingerprint, sealing } = phone) => {
      // As the machine judges the command.
      if (!readPins(folder).some((one) => one.fingerprint === fingerprint))
        throw new Error('The device is not pinned.');
      const { sealingKey } = await sealing();
      const key = await sessions.attach(id, async () => ({ fingerprint, sealingKey, nonce }));
      assert.ok(key);
      return key;
    },
    attach: async (id, device) => {
      const attach = async () => {
        const nonce = randomBytes(16).toString('base64url');
        return await openKeys(device, laptop, { channel: id, nonce }, await ground.answer(id, nonce, device));
      };
      return openSealedChannel(id, await attach(), attach);
    },
    open: async (id) => {
      const script = `stty raw -echo; echo ready; cat > ${id}.typed`;
      const opening = sessions.open({
        ...{ id, argv: ['sh', '-c', script], cwd: folder, env: { PATH: process.env.PATH ?? '' } },
        ...{ title: 'cat', by: 'Ada', cols: 80, rows: 24, isRecorded: true, isSealed: true },
      });
      let isOpen = false;
      void opening.then(() => (isOpen = true));
      await eventually(async () => {
        await drain();
        return isOpen && (await readdir(folder)).includes(`${id}.typed`);
      });
      return await ground.attach(id, phone);
    },
    deliver: async (id, ...inputs) => {
      const given = inputs.map((input): InputGiven => {
        position += 1;
        const by = { person: 'person-one', name: 'Ada' };
        return { channel: id, position, at: now(), by, input: input as InputGiven['input'] };
      });
      await sessions.inbox.take({ inputs: given, watch: [id], readers: [], seen: '', now: now() });
    },
    typed: async (id) => await readFile(join(folder, `${id}.typed`), 'utf8'),
    restart: async (between) => {
      await sessions[Symbol.asyncDispose]();
      await between?.();
      sessions = await begin();
    },
    listen: (channel, id) => {
      const open = channel.reader(new AbortController().signal);
      let [heard, at] = ['', 0];
      return {
        until: async (what) => {
          await eventually(async () => {
            await drain();
            for (const told of toldOf(stored, id).slice(at)) {
              at += 1;
              heard += await open(told).then(shown, (why: Error) => `shut: ${why.message}`);
            }
            return heard.includes(what);
          });
          return heard;
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await sessions[Symbol.asyncDispose]();
      await endKeeper(folder);
      await data[Symbol.asyncDispose]();
    },
  };
  sessions = await begin();
  return ground;
}

/** What the relay tells of a channel. */
export function toldOf(stored: readonly ChannelPart[], id: string): readonly Heard[] {
  return stored
    .filter(({ channel }) => channel === id)
    .flatMap(({ entries, snapshot }) => [
      ...entries.map((entry) => ({ is: 'entry', entry }) as const),
      ...(snapshot === undefined ? [] : [{ is: 'snapshot', bytes: Buffer.from(snapshot, 'base64') } as const]),
    ]);
}

function shown(heard: Heard | undefined): string {
  if (heard === undefined) return 'not opened';
  return JSON.stringify(heard.is === 'snapshot' ? { screen: true } : heard);
}

/** What the program has after the lie, and after a key that is good: the key shows that the lie had its time. */
export async function typedAfter(
  ground: SealedGround,
  id: string,
  channel: SealedChannel,
  good: string,
): Promise<string> {
  channel.broken();
  await ground.deliver(id, ...(await channel.seal([good])));
  return await eventually(async () => {
    const typed = await ground.typed(id);
    return typed.endsWith(good) && typed;
  });
}
