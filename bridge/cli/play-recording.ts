/** Plays a recording in this terminal, at its own pace but for long pauses. Space pauses, q or Ctrl-C leaves. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type CastEvent,
  type CastSize,
  castPauseSecondsMax,
  createCastReader,
  lengthText,
} from '#contract/asciicast.ts';
import { exitCodes } from '../system/exit-codes.ts';
import { asBefore } from './attach.ts';
import { printError } from './output.ts';
import { anew } from './terminal-output.ts';

interface Course {
  readonly stop: AbortController;
  /** Resolves when it goes on. */
  paused: PromiseWithResolvers<void> | undefined;
}

/** How often the time in the title of the window is new, in ms. */
const TITLE_EVERY_MS = 1000;
const CTRL_C = 3;
const SPACE = 32;

/** Resolves to the exit code. */
export async function play(
  pieces: AsyncIterable<string>,
  { cols, rows, seconds }: CastSize & { readonly seconds: number },
  speed: number,
): Promise<number> {
  const { stdout } = process;
  const course: Course = { stop: new AbortController(), paused: undefined };
  using _keys = takeKeys(course);
  if (stdout.isTTY && (stdout.columns < cols || stdout.rows < rows))
    printError(`It was recorded at ${cols} × ${rows}, and this terminal has ${stdout.columns} × ${stdout.rows}.`);
  if (stdout.isTTY) stdout.write(anew);
  let at = 0;
  for await (const event of eventsOf(pieces)) {
    const from = Math.max(at, event.at - castPauseSecondsMax);
    await pass(course, { from, to: event.at, seconds, speed });
    if (course.stop.signal.aborted) return exitCodes.interrupted;
    at = event.at;
    if (event.output !== undefined) stdout.write(event.output);
  }
  return exitCodes.ok;
}

async function* eventsOf(pieces: AsyncIterable<string>): AsyncGenerator<CastEvent> {
  const reader = createCastReader();
  for await (const text of pieces) yield* reader.add(text);
}

interface Span {
  readonly from: number;
  readonly to: number;
  readonly seconds: number;
  readonly speed: number;
}

/** Waits as long as nothing was shown then. */
async function pass(course: Course, { from, to, seconds, speed }: Span): Promise<void> {
  for (let at = from; at < to && !course.stop.signal.aborted; ) {
    await course.paused?.promise;
    const step = Math.min(to - at, (TITLE_EVERY_MS / 1000) * speed);
    const isShown = Math.floor(at / speed) !== Math.floor((at + step) / speed);
    if (process.stdout.isTTY && isShown)
      process.stdout.write(`\x1b]2;${lengthText(at + step)} of ${lengthText(seconds)}\x07`);
    await delay((step * 1000) / speed, undefined, { signal: course.stop.signal }).catch(() => undefined);
    at += step;
  }
}

function takeKeys(course: Course): Disposable {
  const { stdin, stdout } = process;
  const leave = () => {
    course.stop.abort();
    course.paused?.resolve();
  };
  const onKeys = (keys: Buffer) => {
    if (keys.includes('q') || keys.includes(CTRL_C)) return leave();
    // Twice is as if it had not been pressed.
    if (keys.filter((key) => key === SPACE).length % 2 === 0) return;
    const before = course.paused;
    course.paused = before === undefined ? Promise.withResolvers() : undefined;
    before?.resolve();
  };
  process.once('SIGINT', leave);
  if (stdin.isTTY) {
    stdin.setRawMode(true);
    stdin.on('data', onKeys);
  }
  return {
    [Symbol.dispose]: () => {
      process.off('SIGINT', leave);
      if (stdin.isTTY) {
        stdin.off('data', onKeys);
        stdin.pause();
        stdin.setRawMode(false);
      }
      if (stdout.isTTY) stdout.write(`${asBefore}\x1b]2;\x07\r\n`);
    },
  };
}
