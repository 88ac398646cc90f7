/** `sallyport open` and `sallyport attach`: a terminal of a machine in this one. */
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { sayEndReason } from '#contract/end-reasons.ts';
import { kinds } from '#contract/kinds/index.ts';
import { refusedIn, sayNotTyped } from '#contract/not-typed.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { withRelay } from './as-person.ts';
import { chooseMachine, signatureWanted, verdictOn } from './choose-machine.ts';
import { followChannel } from './follow-channel.ts';
import type { attachOptions, openOptions } from './options.ts';
import { printError, printJson } from './output.ts';
import { endIn, exitCodeOfProgram, type ProgramEnd } from './program-end.ts';
import { codeOfState, sendAndWait, whyNot } from './send-and-wait.ts';
import { createInputs } from './send-inputs.ts';
import { channelOf, channelOpened, type TerminalChannel } from './terminal-channel.ts';
import { shownOf, sizeIn } from './terminal-output.ts';
import { createTyping } from './typing.ts';
import { createWindowSize, type Size, sizeHere, type WindowSize, windowHere } from './window-size.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A channel that is not there may be back: a relay whose store was put back hears of it from its machine. In ms. */
const goneMsMax = 30_000;
const goneLookMs = 500;

/** Attaches to a terminal; resolves to the exit code of its program, or 0 where it was left. Throws a UsageError. */
export async function attach(
  values: OptionValues<typeof attachOptions>,
  words: readonly string[],
  env: Env,
): Promise<number> {
  const [terminal, ...more] = words;
  if (terminal === undefined || more.length > 0)
    throw new UsageError('Which terminal? sallyport attach TERMINAL; sallyport terminals lists them.');
  let code: number = exitCodes.ok;
  const reached = await withRelay(values, env, async (client) => {
    code = await attachTo(client, await channelOf(client, terminal, values, env));
  });
  return reached === exitCodes.ok ? code : reached;
}

/** Opens a terminal and attaches to it; with `--json` it only says which. */
export async function open(
  values: OptionValues<typeof openOptions>,
  words: readonly string[],
  env: Env,
  behind: readonly string[] = [],
): Promise<number> {
  const [named, ...more] = words.slice(0, words.length - behind.length);
  if (more.length > 0) throw new UsageError('open takes one machine. What is to run there stands after --.');
  const { project, cwd, title } = values;
  const [cols, rows] = sizeHere();
  const given = { project, cwd, title, cols, rows, argv: behind.length === 0 ? undefined : behind };
  const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = v.safeParse(kinds['terminal-open'].args, wanted);
  if (!parsed.success) throw new UsageError(`${parsed.issues[0].message}.`);
  let code: number = exitCodes.ok;
  const reached = await withRelay(values, env, async (client) => {
    const machine = await chooseMachine(client, named);
    const wished = { kind: 'terminal-open' as const, args: { ...parsed.output } };
    const signed = await signatureWanted(client, machine, wished, values, env);
    const record = await sendAndWait(client, machine.id, { ...wished, ...signed });
    const opened = v.safeParse(kinds['terminal-open'].result, record.result);
    if (!opened.success) {
      printError(whyNot(record));
      code = codeOfState(record.state, false) || exitCodes.failure;
    } else if (values.json) printJson(opened.output);
    else {
      const isSealWanted = verdictOn(machine, wished) === 'signed';
      const opening = { machine, nonce: signed.signature?.nonce, isSealWanted };
      const channel = await channelOpened(client, opening, opened.output, values, env);
      code = await attachTo(client, channel, [cols, rows]);
    }
  });
  return reached === exitCodes.ok ? code : reached;
}

/** Shows it and types into it until it ends or is left. */
async function attachTo(client: Client, channel: TerminalChannel, opened?: Size): Promise<number> {
  const { terminal, sealed, lookWhetherGone } = channel;
  const leaving = new AbortController();
  let refused: unknown;
  const inputs = createInputs({
    ...{ client, record: terminal, sealed, lookWhetherGone },
    onDropped: (why) => {
      window.lost();
      process.stdout.write('\x07');
      printError(why);
    },
    onRefused: (problem) => {
      // One that has ended says so itself.
      if (problem instanceof Problem && problem.code === 'channel-closed') return;
      refused = problem;
      leaving.abort();
    },
  });
  const window = createWindowSize({ here: windowHere, say: (size) => inputs.send({ size }) }, opened);
  using _resized = listening(process.stdout, 'resize', window.resized);
  const send = (text: string) => {
    window.typing();
    inputs.send(text);
  };
  using _typing = takeKeys(send, leaving);
  const end = await show(client, channel, window, leaving.signal);
  if (refused !== undefined) throw refused;
  if (end?.reason !== undefined) printError(`The terminal has ended: ${sayEndReason(end.reason)}.`);
  else if (end?.signal !== undefined) printError(`The terminal was ended by ${end.signal}.`);
  if (end !== undefined) return exitCodeOfProgram(end);
  await inputs.idle();
  return exitCodes.ok;
}

/** Writes what comes; resolves to how the program ended, or undefined where it was left before. */
async function show(
  client: Client,
  { terminal, sealed, lookWhetherGone }: TerminalChannel,
  window: Pick<WindowSize, 'told'>,
  signal: AbortSignal,
): Promise<ProgramEnd | undefined> {
  const open = sealed?.reader(signal);
  let goneAt: number | undefined;
  for await (const told of followChannel(client, terminal, 'poll', signal)) {
    const heard = open === undefined ? told : await open(told);
    if (heard === undefined) continue;
    if (heard.is === 'gone') {
      goneAt ??= performance.now();
      await lookWhetherGone();
      if (performance.now() - goneAt > goneMsMax) throw new Problem('channel-unknown');
      await delay(goneLookMs, undefined, { signal }).catch(() => undefined);
      continue;
    }
    goneAt = undefined;
    window.told(sizeIn(heard));
    if (heard.is === 'entry') {
      // A sealed channel says what it hears of its own attaches; this concerns everybody.
      if (refusedIn(heard.entry)?.why === 'policy') printError(sayNotTyped('policy'));
      const end = endIn(heard.entry);
      if (end !== undefined) return end;
    }
    process.stdout.write(shownOf(heard));
  }
  return undefined;
}

/** What a program that is left may have turned on: another screen, the mouse, bracketed paste; and a cursor that is hidden. */
export const asBefore = '\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[<u\x1b[?25h\x1b[0m';

/** Takes keys from here, raw on a terminal, until disposed of. */
function takeKeys(send: (text: string) => void, leaving: AbortController): Disposable {
  const { stdin, stdout } = process;
  const decoder = new StringDecoder('utf8');
  const typing = createTyping();
  const onKeys = (bytes: Buffer) => {
    const keys = decoder.write(bytes);
    const { text, isLeaving } = stdin.isTTY ? typing(keys) : { text: keys, isLeaving: false };
    if (text !== '') send(text);
    if (isLeaving) leaving.abort();
  };
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    printError('Attached. ~. at the beginning of a line leaves.');
  }
  stdin.on('data', onKeys);
  return {
    [Symbol.dispose]: () => {
      stdin.off('data', onKeys);
      stdin.pause();
      if (stdin.isTTY) stdin.setRawMode(false);
      if (stdout.isTTY) stdout.write(`${asBefore}\r\n`);
    },
  };
}

function listening(from: NodeJS.WriteStream, event: string, listener: () => void): Disposable {
  from.on(event, listener);
  return { [Symbol.dispose]: () => void from.off(event, listener) };
}
