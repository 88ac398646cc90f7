/** A sealed channel in the command line: its keys, by a signed attach. `device-seal.ts` says what is opened and sealed with them. */
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { type DeviceSeal, openDeviceSeal } from '#contract/device-seal.ts';
import type { KeysHeld } from '#contract/keys-held.ts';
import type { CommandKindName } from '#contract/kinds/index.ts';
import { commandKind, kinds } from '#contract/kinds/index.ts';
import type { NamedMachine } from '#contract/known-to-seal.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { OwnKey } from '../keys/device-key.ts';
import type { Client } from '../net/client.ts';
import { Interruption } from '../net/interruption.ts';
import type { Heard } from './follow-channel.ts';
import { openKeys } from './known-machines.ts';
import { printError } from './output.ts';
import { problemOf, sendAndWait } from './send-and-wait.ts';

export interface SealedChannel extends Pick<DeviceSeal, 'piece' | 'seal' | 'again' | 'whenAgain' | 'broken'> {
  /** Whether an attach that has failed may succeed soon. */
  mayPass(error: unknown): boolean;
  /** Opens what one reader hears, until `signal` aborts; undefined for what is not sealed by the machine, or was heard before. Throws why the machine gives no more keys. */
  reader(signal: AbortSignal): (heard: Heard) => Promise<Heard | undefined>;
}

/** Attaches: sends the signed command, and resolves to the keys. Throws a Problem. */
export type Attach = () => Promise<KeysHeld>;

/** Opens a channel with the keys that an attach gave. */
export function openSealedChannel(channel: string, keys: KeysHeld, attach: Attach): SealedChannel {
  const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => undefined);
  const { piece, seal, again, whenAgain, broken, ...rest } = openDeviceSeal(
    { channel, attach, mayPass, pause, notTyped: printError },
    keys,
  );
  return {
    ...{ piece, seal, again, whenAgain, broken, mayPass },
    reader: (signal) => {
      const reader = rest.reader(signal);
      return async (heard) => {
        if (heard.is !== 'entry' && heard.is !== 'snapshot') return heard;
        if (heard.is === 'snapshot') {
          const bytes = await reader.screen(screenIn(heard.bytes));
          return bytes && { is: 'snapshot', bytes: Buffer.from(bytes) };
        }
        const entry = await reader.entry(heard.entry);
        return entry === undefined ? undefined : { is: 'entry', entry };
      };
    },
  };
}

function mayPass(error: unknown): boolean {
  return error instanceof Interruption || (error instanceof Problem && error.code === 'machine-unavailable');
}

function screenIn(gzip: Buffer): unknown {
  try {
    return JSON.parse(gunzipSync(gzip, { maxOutputLength: limits.snapshotBytesMax }).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Before a signed command whose kind seals: the relay lists this device's sealing key, where the machine looks for it. */
export async function registerSealingKey(client: Client, kind: CommandKindName, own: OwnKey): Promise<void> {
  if (!commandKind(kind)?.seals) return;
  const { publicKey, fingerprint } = own;
  const { sealingKey, proof } = await own.sealing();
  const { items } = await client.call('deviceKeys', {});
  const listed = items.find((one) => one.fingerprint === fingerprint);
  if (listed?.sealingKey === sealingKey) return;
  await client.call('deviceKeyAdd', {
    body: { name: listed?.name ?? `sallyport on ${hostname()}`, publicKey, sealingKey, proof },
  });
}

/** The attach of this command line to a terminal or run. */
export function attachOf(client: Client, machine: NamedMachine, terminal: string, own: OwnKey): Attach {
  return async () => {
    await registerSealingKey(client, 'terminal-attach', own);
    const wished = { kind: 'terminal-attach', args: { terminal } };
    const signature = own.sign({ machine: machine.id, ...wished, expiresAt: Date.now() + limits.commandExpiryMs });
    const record = await sendAndWait(client, machine.id, { ...wished, signature });
    const result = v.safeParse(kinds['terminal-attach'].result, record.result);
    if (!result.success) throw problemOf(record);
    if (result.output.key === undefined) throw new Problem('command-failed', 'The machine says that it is not sealed.');
    return await openKeys(own, machine, { channel: terminal, nonce: signature.nonce }, result.output.key);
  };
}
