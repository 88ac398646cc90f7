/** The file of one sealed channel (mode 0600): its key for what goes out, the keys of its attaches, and how far each counter is. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { type LineFile, openLineFile } from '../line-file.ts';

export interface Attach {
  /** Fingerprint of its device. */
  readonly device: string;
  readonly key: Buffer;
  /** Counter of the last input that was opened. */
  last: number;
}

export interface SealFile extends AsyncDisposable {
  /** The key for what goes out. */
  readonly out: Buffer;
  /** By its id, the oldest first. */
  readonly attaches: Map<string, Attach>;
  /** All counters of what goes out that are below may be used, or were. */
  readonly upTo: number;
  /** Allows counters below `upTo`: on the disk when it resolves, because a machine may lose its power after a part has left. */
  allow(upTo: number): Promise<void>;
  /** Keeps an attach that was put into `attaches`; on the disk when it resolves. */
  begun(attach: string): Promise<void>;
  /** Keeps how far an attach is. A machine that loses its power loses the program too, so nothing waits for the disk. */
  used(attach: string): Promise<void>;
}

const Key = v.pipe(v.string(), v.base64());
const Line = v.union([
  v.strictObject({ out: Key }),
  v.strictObject({ upTo: v.number() }),
  v.strictObject({ attach: v.string(), device: v.string(), key: Key }),
  v.strictObject({ attach: v.string(), last: v.number() }),
]);
type Line = v.InferOutput<typeof Line>;

interface State {
  readonly file: LineFile<Line>;
  readonly attaches: Map<string, Attach>;
  out: Buffer;
  upTo: number;
  lines: number;
  /** One write at a time. */
  writing: Promise<unknown>;
}

const LINES_MAX = 1000;
const KEY_BYTES = 32;

/** A fresh key of a channel or an attach. */
export function newKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/** Opens the file, or makes it. Of one that is damaged nothing counts: a counter that was lost must not be used twice. */
export async function openSealFile(path: string): Promise<SealFile> {
  const read = { out: undefined as Buffer | undefined, upTo: 1, lines: 0, attaches: new Map<string, Attach>() };
  const file = await openLineFile<Line>(path, (value) => take(read, value), false);
  const isWhole = read.out !== undefined && file.setAside === 0;
  if (!isWhole) read.attaches.clear();
  const { attaches, upTo, lines } = read;
  const state: State = { file, attaches, out: newKey(), upTo, lines, writing: Promise.resolve() };
  if (isWhole && read.out !== undefined) state.out = read.out;
  else await rewrite(state);
  return {
    out: state.out,
    attaches,
    get upTo() {
      return state.upTo;
    },
    allow: async (upTo) => {
      await append(state, { upTo }, 'durably');
      state.upTo = Math.max(state.upTo, upTo);
    },
    begun: async (attach) => {
      const known = attaches.get(attach);
      if (known !== undefined) await append(state, lineOf(attach, known), 'durably');
    },
    used: (attach) => append(state, { attach, last: attaches.get(attach)?.last ?? 0 }, 'lazily'),
    [Symbol.asyncDispose]: async () => {
      await state.writing;
      await file[Symbol.asyncDispose]();
    },
  };
}

function take(read: Pick<State, 'attaches' | 'upTo' | 'lines'> & { out: Buffer | undefined }, value: unknown): boolean {
  const parsed = v.safeParse(Line, value);
  if (!parsed.success) return false;
  const line = parsed.output;
  read.lines += 1;
  if ('out' in line) read.out = Buffer.from(line.out, 'base64');
  else if ('upTo' in line) read.upTo = line.upTo;
  else if ('key' in line)
    read.attaches.set(line.attach, { device: line.device, key: Buffer.from(line.key, 'base64'), last: 0 });
  else {
    const known = read.attaches.get(line.attach);
    if (known !== undefined) known.last = line.last;
  }
  return true;
}

function lineOf(attach: string, { device, key }: Attach): Line {
  return { attach, device, key: key.toString('base64') };
}

function* linesOf({ out, upTo, attaches }: State): Iterable<Line> {
  yield { out: out.toString('base64') };
  yield { upTo };
  for (const [attach, one] of attaches) {
    yield lineOf(attach, one);
    yield { attach, last: one.last };
  }
}

function write(state: State, run: () => Promise<void>): Promise<void> {
  const written = state.writing.then(run);
  state.writing = written.catch(() => undefined);
  return written;
}

function rewrite(state: State): Promise<void> {
  state.lines = 0;
  return write(state, () => state.file.replace(() => linesOf(state)));
}

async function append(state: State, line: Line, how: 'durably' | 'lazily'): Promise<void> {
  state.lines += 1;
  if (state.lines > LINES_MAX) await rewrite(state);
  await write(state, () => state.file.append([line], how));
}
