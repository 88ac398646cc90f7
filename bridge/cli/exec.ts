/** `sallyport exec`: runs a program on a machine as if it ran here, with its output as it comes and its exit code. */
import { createHash, randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import type { CommandRecord } from '#contract/command.ts';
import { kinds } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { reasonOf } from '#contract/reason.ts';
import { sessionOfCommand } from '#contract/session-id.ts';
import type { Client } from '../net/client.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { withRelay } from './as-person.ts';
import { chooseMachine, signatureWanted, verdictOn } from './choose-machine.ts';
import type { execOptions } from './options.ts';
import { printError, printJson } from './output.ts';
import { exitCodeOfProgram } from './program-end.ts';
import { createRunOutput, type RunOutput } from './run-output.ts';
import { attachOf, openSealedChannel, type SealedChannel } from './sealed-channel.ts';
import { codeOfState, ownKey, sendAndWait, whyNot } from './send-and-wait.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof execOptions>;

/** As `timeout` of coreutils ends. */
const timedOutCode = 124;
/** How long the last of the output may take once the program has ended, before it is asked for. */
const lateMs = 2000;

/** Runs it; resolves to its exit code. Throws a UsageError. */
export async function exec(values: Values, words: readonly string[], env: Env): Promise<number> {
  const args = parsedArgs(values, words, values.stdin ? await text(process.stdin) : undefined);
  let code: number = exitCodes.failure;
  const reached = await withRelay(values, env, async (client) => {
    const machine = await chooseMachine(client, values.machine);
    const wished = { kind: 'exec' as const, args };
    const id = randomBytes(18).toString('base64url');
    const body = { id, ...wished, ...(await signatureWanted(client, machine, wished, values, env)) };
    const run = sessionOfCommand(machine.id, id, (words) => createHash('sha256').update(words).digest('hex'));
    using _stopping = stopOnInterrupt(client, machine.id, id);
    const isSealed = verdictOn(machine, wished) === 'signed';
    const sealed = isSealed ? { sealed: await sealedRun(client, machine, run, values, env) } : {};
    const output = createRunOutput(client, machine.id, run, sealed);
    const following = values.json ? undefined : output.follow();
    try {
      code = await endOf(await sendAndWait(client, machine.id, body), values, output, following);
    } finally {
      output[Symbol.dispose]();
    }
  });
  return reached === exitCodes.ok ? code : reached;
}

/** Attaches to a run once it is there. */
async function sealedRun(
  client: Client,
  machine: Machine,
  run: string,
  values: Values,
  env: Env,
): Promise<() => Promise<SealedChannel>> {
  const own = await ownKey(values, env);
  const attach = attachOf(client, machine, run, own);
  let opened: Promise<SealedChannel> | undefined;
  return () => {
    opened ??= attach().then((keys) => openSealedChannel(run, keys, attach));
    return opened;
  };
}

function parsedArgs(values: Values, words: readonly string[], stdin: string | undefined): Record<string, unknown> {
  const { project, cwd, line, timeout } = values;
  if ((line === undefined) === (words.length === 0))
    throw new UsageError('What should be run? sallyport exec -- PROGRAM [ARGUMENT…], or -c LINE for the shell there.');
  const given = { project, cwd, stdin, command: line, argv: line === undefined ? words : undefined };
  const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = v.safeParse(kinds.exec.args, { ...wanted, timeoutSeconds: timeout });
  if (!parsed.success) throw new UsageError(`${parsed.issues[0].message}.`);
  return { ...parsed.output };
}

/** Shows what is not shown yet, and says how it ended. */
async function endOf(
  record: CommandRecord,
  { json }: Values,
  output: RunOutput,
  following: Promise<void> | undefined,
): Promise<number> {
  if (json) printJson(record);
  const parsed = v.safeParse(kinds.exec.result, record.result);
  if (record.state !== 'done' || !parsed.success) {
    if (!json) printError(whyNot(record));
    return record.state === 'done' ? exitCodes.failure : codeOfState(record.state, false);
  }
  const { exitCode, signal, timedOut, stopped, stdoutBytes, stderrBytes } = parsed.output;
  const totals = { stdout: stdoutBytes, stderr: stderrBytes };
  if (following !== undefined) {
    if (!output.hasAll(totals)) await Promise.race([following, delay(lateMs)]);
    await output.rest(totals);
  }
  if (timedOut) return timedOutCode;
  return stopped ? exitCodes.interrupted : exitCodeOfProgram({ code: exitCode, signal });
}

/** The first Ctrl-C stops the program there, the second ends this one. */
function stopOnInterrupt(client: Client, machine: string, id: string): Disposable {
  let isAsked = false;
  const onInterrupt = () => {
    if (isAsked) process.exit(exitCodes.interrupted);
    isAsked = true;
    client
      .call('commandCancel', { parameters: { machine, id } })
      .catch((error: unknown) => printError(reasonOf(error)));
  };
  process.on('SIGINT', onInterrupt);
  return { [Symbol.dispose]: () => void process.off('SIGINT', onInterrupt) };
}
