/** The output of a run on stdout and stderr here: as it comes by its channel, and what does not come that way as the machine has kept it, byte by byte. */
import { setTimeout as delay } from 'node:timers/promises';
import * as v from 'valibot';
import { kinds, type ResultOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { Client } from '../net/client.ts';
import { followChannel } from './follow-channel.ts';
import { coded, printError } from './output.ts';
import { endIn } from './program-end.ts';
import type { SealedChannel } from './sealed-channel.ts';

type Stream = 'stdout' | 'stderr';
type Totals = Readonly<Record<Stream, number>>;

export interface RunOutput extends Disposable {
  /** Shows what comes, from when the run is there until it has ended. */
  follow(): Promise<void>;
  hasAll(totals: Totals): boolean;
  /** Shows the rest of an ended run. */
  rest(totals: Totals): Promise<void>;
}

interface Shown {
  /** Bytes that are on the screen. */
  bytes: number;
  /** Whether the channel still says all of it. */
  isWhole: boolean;
}

const Output = v.object({ o: v.optional(v.string()), e: v.optional(v.string()) });

/** How long to wait for the channel of a run that is about to start. */
const absentMsBase = 50;
const absentMsMax = 1000;
const kept = `the machine keeps the first ${limits.runOutputBytesMax / 1024 / 1024} MiB of an output, and its end`;

/** `sealed`: attaches to a run that is sealed, the first time that there is something of it. */
export interface RunOutputMore {
  readonly sealed?: () => Promise<SealedChannel>;
}

export function createRunOutput(
  client: Client,
  machine: string,
  run: string,
  { sealed }: RunOutputMore = {},
): RunOutput {
  const stop = new AbortController();
  const shown: Record<Stream, Shown> = { stdout: { bytes: 0, isWhole: true }, stderr: { bytes: 0, isWhole: true } };
  const isMissing = () => {
    for (const one of Object.values(shown)) one.isWhole = false;
  };
  const show = async (stream: Stream, bytes: Uint8Array) => {
    shown[stream].bytes += bytes.length;
    await written(process[stream], bytes);
  };
  const take = async (stream: Stream, text: string | undefined) => {
    // The place of bytes that are no text: the machine has them.
    if (text?.includes('\ufffd')) shown[stream].isWhole = false;
    if (text !== undefined && shown[stream].isWhole) await show(stream, Buffer.from(text));
  };
  return {
    follow: async () => {
      let absent = 0;
      let open: ReturnType<SealedChannel['reader']> | undefined;
      for await (const told of followChannel(client, run, 'data', stop.signal)) {
        if (told.is !== 'gone') open ??= (await sealed?.())?.reader(stop.signal);
        const heard = told.is === 'gone' || open === undefined ? told : await open(told);
        if (heard === undefined) continue;
        if (heard.is === 'gone') await delay(Math.min(absentMsBase * 2 ** absent++, absentMsMax));
        else if (heard.is !== 'entry') isMissing();
        else if (endIn(heard.entry) !== undefined) return;
        else {
          const parsed = v.safeParse(Output, heard.entry);
          if (!parsed.success || Object.keys(parsed.output).length === 0) isMissing();
          else {
            await take('stdout', parsed.output.o);
            await take('stderr', parsed.output.e);
          }
        }
      }
    },
    hasAll: (totals) => shown.stdout.bytes === totals.stdout && shown.stderr.bytes === totals.stderr,
    rest: async (totals) => {
      stop.abort();
      for (const stream of ['stdout', 'stderr'] as const) {
        const wanted = { machine, run, stream, from: shown[stream].bytes, total: totals[stream], sealed };
        await readRest(client, wanted, (bytes) => show(stream, bytes));
      }
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}

interface Rest {
  readonly machine: string;
  readonly run: string;
  readonly stream: Stream;
  readonly from: number;
  readonly total: number;
  readonly sealed: RunOutputMore['sealed'];
}

async function readRest(
  client: Client,
  { machine, run, stream, from, total, sealed }: Rest,
  show: (bytes: Buffer) => Promise<void>,
): Promise<void> {
  let offset = from;
  const missing = () => `${total - offset} bytes of ${stream} are missing here`;
  try {
    while (offset < total) {
      const body = { kind: 'run-output', args: { run, stream, offset } };
      const timeoutMs = 2 * limits.queryMs;
      const answer = await client.call('queryAsk', { parameters: { machine }, body, timeoutMs });
      const result = v.parse(kinds['run-output'].result, answer.result);
      const piece = sealed === undefined ? result : await openedPiece(await sealed(), result, { stream, from: offset });
      if (piece === undefined) break;
      const { text, encoding = 'utf8', skipped = 0, ...next } = piece;
      if (skipped > 0) printError(`${skipped} bytes of ${stream} are left out here: ${kept}.`);
      await show(Buffer.from(text, encoding));
      const isOver = next.end || next.offset === offset;
      offset = next.offset;
      if (isOver) break;
    }
    if (offset < total) printError(`${missing()}: the machine has not kept them.`);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    printError(`${missing()}: ${coded(error.message, error.code)}`);
  }
}

/** What a sealed answer says; undefined where it is not the machine's answer to this question. */
async function openedPiece(
  channel: SealedChannel,
  { sealed }: ResultOf<'run-output'>,
  asked: { readonly stream: Stream; readonly from: number },
): Promise<ResultOf<'run-output'> | undefined> {
  const parsed = v.safeParse(SealedPiece, sealed && (await channel.piece(sealed)));
  if (!parsed.success) return undefined;
  const { stream, from, ...piece } = parsed.output;
  return stream === asked.stream && from === asked.from ? piece : undefined;
}

const SealedPiece = v.object({ ...kinds['run-output'].result.entries, stream: v.string(), from: v.number() });

/** Resolves when they are taken. That whoever reads them is gone must not end the program there. */
async function written(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => void stream.write(bytes, () => resolve()));
}
