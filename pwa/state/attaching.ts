/** Attaches to a sealed channel: a signed command, whose answer has the keys, wrapped for this device. */
import { bytesOf } from '#contract/base64.ts';
import type { CommandRecord } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { unwrapKeys } from '#contract/key-wrapping.ts';
import { holdKeys, type KeysHeld } from '#contract/keys-held.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import type { WrappedKeys } from '#contract/sealed.ts';
import { type AskedFor, vouchText } from '#contract/sealing.ts';
import type { Api } from '../api.ts';
import { machineMet, meetMachine, openDeviceKey, signWish } from './device-key.ts';
import { randomId } from './random-id.ts';
import { ensureListed } from './sealing-key.ts';

/** The machine has not pinned this device. */
export class NotPinned extends Error {
  override readonly name = 'NotPinned';
}

/** The machine has another key than this device knows of it. `believe` takes the new one in the place of the old one. */
export class MachineChanged extends Error {
  override readonly name = 'MachineChanged';
  readonly believe: () => Promise<void>;
  constructor(believe: () => Promise<void>) {
    super('The machine has another key than this device knows of it: somebody may be playing it.');
    this.believe = believe;
  }
}

/** What this device remembers of one machine. */
export interface MachineMemory {
  met(): Promise<string | undefined>;
  meet(key: string): Promise<void>;
}

export interface Attaching {
  readonly api: Pick<Api, 'call'>;
  readonly machine: Pick<Machine, 'id' | 'signers'>;
  /** Id of the record. */
  readonly record: string;
}

/** Attaches. Throws NotPinned, MachineChanged, a Refusal, an Interruption, or an Error that says why the machine gives no keys. */
export async function attach({ api, machine, record }: Attaching): Promise<KeysHeld> {
  const own = await openDeviceKey();
  if (own === undefined || !machine.signers?.includes(own.fingerprint)) throw new NotPinned('not pinned');
  const { pair } = await ensureListed(api, own);
  const args = { terminal: record };
  const wish = { machine: machine.id, kind: 'terminal-attach', args, ifRev: undefined, whenOffline: 'refuse' } as const;
  const signature = await signWish(own, wish);
  const { key } = await settled(api, machine.id, { id: randomId(), kind: wish.kind, args, signature });
  if (key === undefined) throw new Error('The machine says that it is not sealed.');
  const asked = { channel: record, nonce: signature.nonce };
  const memory = { met: () => machineMet(machine.id), meet: (by: string) => meetMachine(machine.id, by) };
  return await openAnswer(pair, asked, key, memory);
}

/** Opens the answer to what was asked for. A relay that plays the machine has another key than this device has met there. */
export async function openAnswer(
  pair: CryptoKeyPair,
  asked: AskedFor,
  key: WrappedKeys,
  { met, meet }: MachineMemory,
): Promise<KeysHeld> {
  await checkVouched(asked, key);
  const known = await met();
  if (known !== undefined && known !== key.by) throw new MachineChanged(() => meet(key.by));
  const keys = await holdKeys(key.attach, await unwrapKeys(pair, asked, key));
  if (known === undefined) await meet(key.by);
  return keys;
}

async function checkVouched(asked: AskedFor, key: WrappedKeys): Promise<void> {
  const by = await crypto.subtle.importKey('raw', bytesOf(key.by), 'Ed25519', false, ['verify']);
  const text = new TextEncoder().encode(vouchText({ ...asked, ...key }));
  if (!(await crypto.subtle.verify('Ed25519', by, bytesOf(key.signature), text)))
    throw new Error('This is no answer of the machine to this device: somebody may be playing it.');
}

const waitSeconds = 20;

async function settled(
  api: Pick<Api, 'call'>,
  machine: string,
  body: Parameters<typeof api.call<'commandSend'>>[1]['body'],
): Promise<ResultOf<'terminal-attach'>> {
  const more = { query: { wait: waitSeconds }, timeoutMs: (waitSeconds + 10) * 1000 };
  let command: CommandRecord = await api.call('commandSend', { parameters: { machine }, body, ...more });
  if (!isSettled(command.state))
    command = await api.call('command', { parameters: { machine, id: command.id }, ...more });
  const { state, problem, result } = command;
  if (state === 'done') return result as ResultOf<'terminal-attach'>;
  throw new Error(problem?.detail ?? problem?.title ?? `The attach is ${state}.`);
}
