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
  readonly out: Buffer;
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
  const read: Read = { out: undefined, upTo: undefined, lines: 0, attaches: new Map() };
  const file = await openLineFile<Line>(path, (value) => take(read, value), false);
  const { out, upTo, attaches, lines } = read;
  const isWhole = out !== undefined && upTo !== undefined && file.setAside === 0;
  if (!isWhole) attaches.clear();
  const kept = isWhole ? { out, upTo } : { out: newKey(), upTo: 1 };
  const state: State = { file, attaches, ...kept, lines, writing: Promise.resolve() };
  if (!isWhole) await write(state, () => rewrite(state));
  return {
    out: state.out,
    attaches,
    get upTo() {
      return state.upTo;
    },
    allow: (upTo) => append(state, { upTo }, 'durably'),
    begun: async (attach) => {
      const known = attaches.get(attach);
      if (known !== undefined) await append(state, lineOf(attach, known), 'durably');
    },
    used: async (attach) => {
      const known = attaches.get(attach);
      if (known !== undefined) await append(state, { attach, last: known.last }, 'lazily');
    },
    [Symbol.asyncDispose]: async () => {
      await state.writing;
      await file[Symbol.asyncDispose]();
    },
  };
}

/** What the lines of a file say. Writes overtake each other, so of a counter the largest counts. */
interface Read {
  readonly attaches: Map<string, Attach>;
  out: Buffer | undefined;
  upTo: number | undefined;
  lines: number;
}

function take(read: Read, value: unknown): boolean {
  const parsed = v.safeParse(Line, value);
  if (!parsed.success) return false;
  const line = parsed.output;
  read.lines += 1;
  if ('out' in line) read.out = Buffer.from(line.out, 'base64');
  else if ('upTo' in line) read.upTo = Math.max(read.upTo ?? 1, line.upTo);
  else if ('key' in line)
    read.attaches.set(line.attach, { device: line.device, key: Buffer.from(line.key, 'base64'), last: 0 });
  else {
    const known = read.attaches.get(line.attach);
    if (known !== undefined) known.last = Math.max(known.last, line.last);
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

async function rewrite(state: State): Promise<void> {
  await state.file.replace(() => linesOf(state));
  state.lines = 0;
}

/** Takes its turn at once, and counts within it: a file that is rewritten next has it. */
function append(state: State, line: Line, how: 'durably' | 'lazily'): Promise<void> {
  return write(state, async () => {
    if (state.lines >= LINES_MAX) await rewrite(state);
    await state.file.append([line], how);
    state.lines += 1;
    if ('upTo' in line) state.upTo = Math.max(state.upTo, line.upTo);
  });
}
