/** `sallyport stop`: ends a terminal or run of a machine. */
import { type OptionValues, UsageError } from '#contract/options.ts';
import type { RecordItem } from '#contract/record.ts';
import type { Client } from '../net/client.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { withRelay } from './as-person.ts';
import { signatureWanted } from './choose-machine.ts';
import type { stopOptions } from './options.ts';
import { printError, printJson, printLine } from './output.ts';
import { codeOfState, sendAndWait, untilSettled, whyNot } from './send-and-wait.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof stopOptions>;

/** Ends one by the id of its record; resolves to the exit code. Throws a UsageError. */
export async function stop(values: Values, words: readonly string[], env: Env): Promise<number> {
  const [id, ...more] = words;
  if (id === undefined || more.length > 0)
    throw new UsageError('Which one? sallyport stop ID; sallyport terminals and sallyport runs list them.');
  let code: number = exitCodes.ok;
  const reached = await withRelay(values, env, async (client) => {
    const record = await client.call('record', { parameters: { record: id } });
    if (record.state === 'ended') return printError('It has ended already.');
    const ended = await end(client, record, values, env);
    if (values.json) printJson(ended);
    code = codeOfState(ended.state, false);
    if (code !== exitCodes.ok) printError(whyNot(ended));
    else if (!values.json) printLine(`Stopped: ${record.title}`);
  });
  return reached === exitCodes.ok ? code : reached;
}

/** A run by its own command, a terminal by another one. */
async function end(client: Client, { id, kind, owner, meta }: RecordItem, values: Values, env: Env) {
  if (!('machine' in owner) || (kind !== 'terminal' && kind !== 'run'))
    throw new UsageError(`${id} is no terminal and no run.`);
  const parameters = { machine: owner.machine };
  if (kind === 'run') {
    const command = { ...parameters, id: String(meta.command) };
    return await untilSettled(client, await client.call('commandCancel', { parameters: command }));
  }
  const machine = await client.call('machine', { parameters });
  const wished = { kind: 'terminal-close' as const, args: { terminal: id } };
  return await sendAndWait(client, machine.id, {
    ...wished,
    ...(await signatureWanted(client, machine, wished, values, env)),
  });
}
