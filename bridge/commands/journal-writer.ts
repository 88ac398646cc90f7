/** Writes a journal: one write after another, some of which must be on the disk before anything else happens. Rewrites the file when it has doubled. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { HowToWrite, LineFile } from '../data/line-file.ts';
import { fileFailed } from '../files/guard.ts';
import type { Line } from './journal-lines.ts';
import type { JournalState } from './journal-state.ts';

export interface JournalWriter {
  /** Writes a change that must be on the disk first. Throws `no-space`, `file-failed`; then nothing has changed. */
  must(lines: readonly Line[]): Promise<void>;
  /** Makes a change even if the disk has no space for it; it is written later. */
  may(lines: readonly Line[], how: 'urgently' | 'lazily'): Promise<void>;
  /** Writes the remaining lines if possible, and closes the file. */
  end(): Promise<void>;
}

export interface WriterDeps {
  readonly file: LineFile<Line>;
  readonly state: JournalState;
  /** The relay's clock. */
  readonly now: () => number;
  /** The file has no id yet. */
  readonly isNew: boolean;
}

interface Writing extends Omit<WriterDeps, 'isNew'> {
  /** Lines for which there was no space yet. */
  owed: readonly Line[];
  /** Size of the file when it was last rewritten. */
  rewrittenBytes: number;
}

/** Bytes of obsolete lines that are tolerated in the file: when it is opened, and while it grows, because rewriting costs time. */
const spareBytesAtOpening = 64 * 1024;
const spareBytes = 1024 * 1024;

/** Rewrites the file if it is new or has many obsolete lines. */
export async function startWriting({ isNew, ...deps }: WriterDeps): Promise<JournalWriter> {
  const { file, state } = deps;
  const writing: Writing = { ...deps, owed: [], rewrittenBytes: state.weight() };
  if (isNew || file.bytes() > 2 * state.weight() + spareBytesAtOpening) await rewrite(writing);
  let last: Promise<unknown> = Promise.resolve();
  /** Writes one after another. */
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const done = last.then(act);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    must: (lines) => inTurn(() => must(writing, lines)),
    may: (lines, how) => inTurn(() => may(writing, lines, how)),
    end: async () => {
      await last;
      if (writing.owed.length > 0) await write(writing, [], 'urgently').catch(() => undefined);
      await file[Symbol.asyncDispose]();
    },
  };
}

async function must(writing: Writing, lines: readonly Line[]): Promise<void> {
  const { state } = writing;
  const sizes = lines.map(bytesOf);
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (state.weight() + bytes > limits.journalBytesMax) throw new Problem('no-space', 'The journal is full.');
  await write(writing, lines, 'durably').catch((error: unknown) => {
    throw fileFailed(error);
  });
  for (const [at, line] of lines.entries()) state.apply(line, sizes[at] ?? 0, true);
  await shrink(writing);
}

async function may(writing: Writing, lines: readonly Line[], how: 'urgently' | 'lazily'): Promise<void> {
  const { state } = writing;
  const isOnDisk = ({ id }: Line & { id: string }) => (state.open.get(id) ?? state.ended.get(id))?.isOnDisk === true;
  const kept = lines.filter((line) => 'id' in line && isOnDisk(line));
  if (kept.length > 0)
    await write(writing, kept, how).catch(() => {
      writing.owed = [...writing.owed, ...kept];
    });
  for (const line of lines) state.apply(line, bytesOf(line), kept.includes(line));
  await shrink(writing);
}

async function write(writing: Writing, lines: readonly Line[], how: HowToWrite): Promise<void> {
  const { owed } = writing;
  await writing.file.append([...owed, ...lines], owed.length > 0 && how === 'lazily' ? 'durably' : how);
  writing.owed = [];
}

async function shrink(writing: Writing): Promise<void> {
  const { file, state, now, rewrittenBytes } = writing;
  if (file.bytes() <= 2 * rewrittenBytes + spareBytes) return;
  state.forget(now());
  await rewrite(writing);
}

/** Without space for a new file, the old one stays. */
async function rewrite(writing: Writing): Promise<void> {
  const { file, state } = writing;
  await file.replace(state.lines).then(
    () => {
      writing.owed = [];
    },
    () => undefined,
  );
  writing.rewrittenBytes = file.bytes();
}

/** The weight of a line. */
export function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
