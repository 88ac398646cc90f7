/** A child on pipes: stdout and stderr apart, to readers and into files. It waits for a reader that asks for that, while what it writes is kept, and for no file. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { limits } from '#contract/limits.ts';
import { holdCharacters } from './characters.ts';
import type { Body, Ground } from './held.ts';
import { KeeperRefusal } from './keeper.ts';
import { type OutputFile, openOutputFile } from './output-file.ts';
import type { Stream } from './ring.ts';

/** Processes that a program leaves behind may keep its pipes open: how long output is waited for after its end. */
const restMs = 1000;

type Program = ChildProcessByStdio<Writable, Readable, Readable>;

/** Starts it. Throws a KeeperRefusal. */
export async function startPipes(ground: Ground): Promise<Body> {
  const { argv, cwd, env, stdin, outputFiles } = ground.wanted;
  const room = { headMax: limits.runOutputBytesMax, tailMax: limits.runResultTailBytes };
  const open = async (path: string | undefined) =>
    path === undefined ? undefined : await openOutputFile(ground.dataFolder, path, room);
  const [out, err] = await Promise.all([open(outputFiles?.out), open(outputFiles?.err)]);
  const files = { out, err };
  const child: Program = spawn(ground.file, argv.slice(1), {
    ...{ argv0: argv[0] ?? '', cwd, env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true },
    // A session of its own, so that it can be ended with all that it has started.
    detached: process.platform !== 'win32',
  });
  await once(child, 'spawn').catch(async (cause: unknown) => {
    await endFiles(files);
    const why = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new KeeperRefusal('start-failed', `The system could not start the program${why}.`, { cause });
  });
  child.on('error', () => undefined);
  // It need not read what it is given.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin ?? '');
  const readers = [readFrom(child, 'out', ground, files.out), readFrom(child, 'err', ground, files.err)];
  let isOver = false;
  const hold = (isHeld: boolean) => {
    for (const reader of readers) reader.hold(isHeld && !isOver);
  };
  child.once('exit', (code, signal) => {
    // What it has written last must be read.
    isOver = true;
    hold(false);
    void whenRead(child).then(async () => {
      for (const reader of readers) reader.end();
      ground.onDropped(await endFiles(files));
      ground.onEnd(signal === null ? { code: code ?? 0 } : { signal });
    });
  });
  return { pid: child.pid ?? 0, hold };
}

type Files = { readonly [one in Stream]: OutputFile | undefined };

/** How many bytes they do not have. */
async function endFiles({ out, err }: Files): Promise<number> {
  const dropped = await Promise.all([out?.end(), err?.end()]);
  return dropped.reduce<number>((sum, bytes = 0) => sum + bytes, 0);
}

/** Resolves once both streams have ended, or do not end. */
async function whenRead(child: Program): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, restMs);
  await Promise.race([once(child, 'close'), late.promise]);
  clearTimeout(timer);
}

interface Reader {
  /** Lets it wait, unless more has come than is kept. */
  hold(isHeld: boolean): void;
  /** What comes afterwards is read and dropped, so that what was left behind can go on. */
  end(): void;
}

function readFrom(child: Program, stream: Stream, ground: Ground, file: OutputFile | undefined): Reader {
  const characters = holdCharacters();
  const source = child[stream === 'out' ? 'stdout' : 'stderr'];
  let hasEnded = false;
  let read = 0;
  source.on('data', (bytes: Buffer) => {
    if (hasEnded) return;
    read += bytes.length;
    file?.write(bytes);
    const whole = characters.push(bytes);
    if (whole.length > 0) ground.onOutput(stream, whole);
  });
  return {
    hold: (isHeld) => {
      if (isHeld && read < limits.runOutputBytesMax) source.pause();
      else source.resume();
    },
    end: () => {
      hasEnded = true;
      const rest = characters.rest();
      if (rest.length > 0) ground.onOutput(stream, rest);
    },
  };
}
