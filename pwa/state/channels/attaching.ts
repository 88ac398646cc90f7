/** Attaches to a sealed channel: a signed command, whose answer has the keys, wrapped for this device. */
import type { CommandRecord } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import { type AnswerOpened, openAnswer } from '#contract/known-machines.ts';
import type { Machine } from '#contract/machine.ts';
import type { Api } from '../../api.ts';
import { machinesMet, meetMachine, openDeviceKey, signWish } from '../device/device-key.ts';
import { randomId } from '../device/random-id.ts';
import { ensureListed } from './sealing-key.ts';

/** The machine has not pinned this device. */
export class NotPinned extends Error {
  override readonly name = 'NotPinned';
}

export interface Attaching {
  readonly api: Pick<Api, 'call'>;
  readonly machine: Pick<Machine, 'id' | 'name' | 'signers'>;
  /** Id of the record. */
  readonly record: string;
}

/** Attaches. Throws NotPinned, MachineChanged, a Refusal, an Interruption, or an Error that says why the machine gives no keys. */
export async function attach({ api, machine, record }: Attaching): Promise<AnswerOpened> {
  const own = await openDeviceKey();
  if (own === undefined || !machine.signers?.includes(own.fingerprint)) throw new NotPinned('not pinned');
  const { pair } = await ensureListed(api, own);
  const args = { terminal: record };
  const wish = { machine: machine.id, kind: 'terminal-attach', args, ifRev: undefined, whenOffline: 'refuse' } as const;
  const signature = await signWish(own, wish);
  const { key } = await settled(api, machine.id, { id: randomId(), kind: wish.kind, args, signature });
  if (key === undefined) throw new Error('The machine says that it is not sealed.');
  const asked = { channel: record, nonce: signature.nonce };
  return await openAnswer(pair, machine, asked, key, { known: machinesMet, meet: meetMachine });
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
