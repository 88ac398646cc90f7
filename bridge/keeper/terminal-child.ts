/** A child on a pty: its output goes to a terminal of the keeper's own, to readers and into a recording. A program waits for that terminal, and never for a reader. */
import { limits } from '#contract/limits.ts';
import { isAlive } from '../system/is-alive.ts';
import { holdCharacters } from './characters.ts';
import { type Headless, openHeadless } from './headless.ts';
import type { Body, Ground } from './held.ts';
import { withoutAnswers } from './incoming.ts';
import { KeeperRefusal, type Screen } from './keeper.ts';
import { createOutgoing } from './outgoing.ts';
import { findPtys, type Pty } from './pty.ts';
import { openRecording, type Recording } from './recording.ts';

/** Bytes that may wait for the keeper's terminal before the program waits. */
const waitingMax = 256 * 1024;
/** How often a program that waits is looked at: what has ended must be read at once, since a pty is closed 200 ms later. */
const lookMs = 50;

interface Parts {
  readonly ground: Ground;
  readonly headless: Headless;
  readonly recording: Recording | undefined;
  /** Whole characters, where it is UTF-8. */
  readonly output: (bytes: Buffer) => void;
  size: { cols: number; rows: number };
  position: number;
  pause: NodeJS.Timeout | undefined;
  /** The last screen, once the program has ended. */
  last: Promise<Screen> | undefined;
}

/** Starts it. Throws a KeeperRefusal. */
export async function startTerminal(ground: Ground): Promise<Body> {
  const ptys = await findPtys();
  if ('trouble' in ptys) throw new KeeperRefusal('terminal-unavailable', ptys.trouble);
  const { cols = 80, rows = 24, recordTo, cwd, env, argv } = ground.wanted;
  const bytesMax = limits.recordingBytesMax;
  const recording =
    recordTo === undefined
      ? undefined
      : await openRecording(ground.dataFolder, recordTo, { argv, cols, rows, bytesMax });
  let pty: Pty | undefined;
  const headless = await openHeadless({
    ...{ cols, rows, onAnswer: (data) => pty?.write(data) },
    onDrained: () => resume(parts, pty),
  });
  const parts = makeParts(ground, headless, recording, { cols, rows });
  const characters = holdCharacters();
  try {
    pty = ptys.open({
      ...{ file: ground.file, args: argv.slice(1), cwd, env, cols, rows },
      onData: (bytes) => {
        parts.output(characters.push(bytes));
        if (headless.waiting > waitingMax) pause(parts, pty);
      },
      onExit: (code, signal) => {
        parts.output(characters.rest());
        void finish(parts).then(() => ground.onEnd(signal === undefined ? { code } : { signal }));
      },
    });
  } catch (cause) {
    await finish(parts);
    throw new KeeperRefusal('start-failed', 'The system could not start the program on a terminal.', { cause });
  }
  return { pid: pty.pid, terminal: terminalOf(parts, pty) };
}

function makeParts(
  ground: Ground,
  headless: Headless,
  recording: Recording | undefined,
  size: { cols: number; rows: number },
): Parts {
  const divide = createOutgoing(() => parts.size);
  const output = (bytes: Buffer) => {
    const { screen, readers } = divide(bytes);
    headless.write(screen);
    recording?.output(readers);
    if (readers.length === 0) return;
    parts.position += readers.length;
    ground.onOutput('out', readers);
  };
  const parts: Parts = { ground, headless, recording, output, size, position: 0, pause: undefined, last: undefined };
  return parts;
}

function terminalOf(parts: Parts, pty: Pty): NonNullable<Body['terminal']> {
  return {
    type: (data) => pty.write(withoutAnswers(data)),
    resize: (cols, rows) => {
      pty.resize(cols, rows);
      parts.headless.resize(cols, rows);
      parts.recording?.resize(cols, rows);
      parts.size = { cols, rows };
    },
    screen: () => parts.last ?? screenOf(parts),
  };
}

async function screenOf({ headless, size, position }: Parts): Promise<Screen> {
  return { position, ...size, ...(await headless.screen()) };
}

async function finish(parts: Parts): Promise<void> {
  clearInterval(parts.pause);
  parts.last = screenOf(parts);
  await Promise.all([parts.last, parts.recording?.end()]);
  parts.headless.dispose();
}

function pause(parts: Parts, pty: Pty | undefined): void {
  if (parts.pause !== undefined || pty === undefined) return;
  pty.pause();
  parts.pause = setInterval(() => {
    if (!isAlive(pty.pid)) resume(parts, pty);
  }, lookMs);
}

function resume(parts: Parts, pty: Pty | undefined): void {
  clearInterval(parts.pause);
  parts.pause = undefined;
  pty?.resume();
}
