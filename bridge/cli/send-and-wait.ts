/** Sending a command as a person and waiting for its end. */
import { resolve } from 'node:path';
import type { CommandRecord, CommandRequest } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { isMachineCode, Problem } from '#contract/problems.ts';
import { defaultDataFolder } from '../data/data-folder.ts';
import { type OwnKey, openOwnKey } from '../keys/device-key.ts';
import type { Client } from '../net/client.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { coded } from './output.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A command before it is signed. */
export type Wished = Pick<CommandRequest, 'kind' | 'args' | 'ifRev'>;

/** How long one call waits for the command to end, in seconds; repeated until it has. */
const waitSeconds = 25;

/** Sends a command to a machine, by id or name. Its record once it has ended, or at once without `isAwaited`. Throws a Problem, an Interruption. */
export async function sendAndWait(
  client: Client,
  machine: string,
  body: CommandRequest,
  isAwaited = true,
): Promise<CommandRecord> {
  const record = await client.call('commandSend', { parameters: { machine }, body, lane: 'poll' });
  return isAwaited ? await untilSettled(client, record) : record;
}

/** Waits for the end of a command that was sent. Throws a Problem, an Interruption. */
export async function untilSettled(client: Client, sent: CommandRecord): Promise<CommandRecord> {
  let record = sent;
  while (!isSettled(record.state))
    record = await client.call('command', {
      parameters: { machine: record.machine, id: record.id },
      query: { wait: waitSeconds },
      timeoutMs: (waitSeconds + 10) * 1000,
      lane: 'poll',
    });
  return record;
}

/** The id of a machine. */
export async function machineId(client: Client, machine: string): Promise<string> {
  return (await client.call('machine', { parameters: { machine } })).id;
}

/** The key of this command line. */
export async function ownKey({ data }: { readonly data: string | undefined }, env: Env): Promise<OwnKey> {
  return await openOwnKey(resolve(data ?? defaultDataFolder(env)));
}

/** A signature by the key of this command line, for a command that lives so long. */
export async function signed(
  machine: string,
  wished: Wished,
  livesMs: number,
  values: { readonly data: string | undefined },
  env: Env,
) {
  const own = await ownKey(values, env);
  return { signature: own.sign({ machine, ...wished, expiresAt: Date.now() + livesMs }) };
}

/** The exit code for how a command has ended, or waits. */
export function codeOfState(state: CommandRecord['state'], isQueued: boolean): number {
  if (state === 'done' || (isQueued && (state === 'queued' || state === 'delivered'))) return exitCodes.ok;
  if (state === 'conflict') return exitCodes.conflict;
  return state === 'refused' ? exitCodes.refused : exitCodes.failure;
}

/** Why a command was not done, as the machine's own problem. */
export function problemOf({ state, problem }: CommandRecord): Problem {
  const { code = '', detail = `The command is ${state}.` } = problem ?? {};
  return new Problem(isMachineCode(code) ? code : 'command-failed', detail);
}

/** Why a command was not done, for people. */
export function whyNot({ state, problem }: CommandRecord): string {
  if (problem === undefined) return `The command is ${state}.`;
  const { title, detail, code, hint = '' } = problem;
  return `${coded(detail === undefined ? title : `${title}: ${detail}`, code)} ${hint}`.trimEnd();
}
