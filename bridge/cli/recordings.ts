/** `sallyport recordings`: lists what machines have recorded of their terminals, plays it here, or writes it to a file. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { lengthText } from '#contract/asciicast.ts';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { codeOf } from '../files/guard.ts';
import type { Client } from '../net/client.ts';
import { agoText } from '../system/ago.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { withRelay } from './as-person.ts';
import type { recordingsOptions } from './options.ts';
import { coded, printError, printJson, printList, sizeText } from './output.ts';
import { play } from './play-recording.ts';
import { type FoundRecording, piecesOf, recordingOf, recordingsOf } from './read-recording.ts';
import { machinesOf } from './sessions.ts';

type Env = Readonly<Record<string, string | undefined>>;
type Values = OptionValues<typeof recordingsOptions>;

/** Resolves to the exit code. Throws a UsageError. */
export async function recordings(values: Values, words: readonly string[], env: Env): Promise<number> {
  const [act = 'ls', terminal, file, ...more] = words;
  if (!['ls', 'play', 'export'].includes(act) || more.length > 0 || (file !== undefined && act !== 'export'))
    throw new UsageError('recordings takes nothing, play TERMINAL, or export TERMINAL [FILE].');
  if ((act === 'ls') !== (terminal === undefined))
    throw new UsageError(`recordings ${act} takes ${act === 'ls' ? 'no words' : 'a terminal'}.`);
  let code: number = exitCodes.ok;
  const reached = await withRelay(values, env, async (client) => {
    const machines = await machinesOf(client, values.machine);
    const all = await recordingsOf(client, machines, ({ name }, { message, code: why }) =>
      printError(`${name}: ${coded(message, why)}`),
    );
    if (terminal === undefined) list(all, values.json);
    else if (act === 'play')
      code = await play(piecesOf(client, recordingOf(all, terminal)), recordingOf(all, terminal), values.speed);
    else code = await exportTo(client, recordingOf(all, terminal), file);
  });
  return reached === exitCodes.ok ? code : reached;
}

const heads = ['TERMINAL', 'MACHINE', 'STARTED', 'LENGTH', 'BYTES', 'SIZE', 'TITLE'];

function list(all: readonly FoundRecording[], isJson: boolean): void {
  if (isJson) for (const { machine, ...one } of all) printJson({ machine: machine.name, ...one });
  else printList(all.map(columns), 'No machine tells of a recording.', heads);
}

function columns({ terminal, machine, startedAt, seconds, bytes, cols, rows, title, command }: FoundRecording) {
  const size = `${cols}x${rows}`;
  return [
    terminal,
    machine.name,
    agoText(startedAt),
    lengthText(seconds),
    sizeText(bytes),
    size,
    title ?? command ?? '',
  ];
}

/** A file that is there already stays as it is. */
async function exportTo(client: Client, recording: FoundRecording, file: string | undefined): Promise<number> {
  const pieces = Readable.from(piecesOf(client, recording));
  if (file === undefined) {
    await pipeline(pieces, process.stdout, { end: false });
    return exitCodes.ok;
  }
  try {
    await pipeline(pieces, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    printError(`${file} is there already. Name another file.`);
    return exitCodes.failure;
  }
  printError(`${file}: ${lengthText(recording.seconds)}, ${sizeText(recording.bytes)}`);
  return exitCodes.ok;
}
