/** The journal: the bridge's durable record of commands, by which each has at most one effect whatever is killed when. Lines of JSON, appended and fsynced; rewritten when it is opened and when it has grown. */
import { type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandDelivered, ResultItem } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { codeOf } from '../files/guard.ts';
import type { EffectStep } from './handler.ts';

/** What became of a command, as it is told to the relay. */
export type Outcome = Omit<ResultItem, 'id' | 'lease'>;

export interface JournalEntry {
  readonly command: CommandDelivered;
  /** The newest lease: a result goes out under it. */
  readonly lease: string;
  /** The effect that was about to happen, and what the result would be. */
  readonly effect?: { readonly step: EffectStep; readonly result: unknown };
  readonly outcome?: Outcome;
  readonly acknowledged: boolean;
  /** Ms since 1970 by this machine's clock. */
  readonly settledAt?: number;
}

export interface Journal extends AsyncDisposable {
  entry(id: string): JournalEntry | undefined;
  entries(): Iterable<JournalEntry>;
  /** All of these are on the disk when their promise resolves. */
  received(commands: readonly CommandDelivered[]): Promise<void>;
  leased(id: string, lease: string): Promise<void>;
  effect(id: string, step: EffectStep, result: unknown): Promise<void>;
  settled(id: string, outcome: Outcome): Promise<void>;
  /** `again`: the relay asked once more, so the outcome has to be told once more. */
  acknowledged(ids: readonly string[], again?: true): Promise<void>;
}

type Line =
  | { readonly is: 'received'; readonly command: CommandDelivered }
  | { readonly is: 'leased'; readonly id: string; readonly lease: string }
  | { readonly is: 'effect'; readonly id: string; readonly step: EffectStep; readonly result: unknown }
  | { readonly is: 'settled'; readonly id: string; readonly outcome: Outcome; readonly at: number }
  | { readonly is: 'acknowledged'; readonly id: string; readonly again: boolean };

const linesBeforeRewrite = 2000;

/** Opens the journal of a data folder; a torn last line, the mark of a crash, is dropped. */
export async function openJournal(dataFolder: string, now: () => number = Date.now): Promise<Journal> {
  const path = join(dataFolder, 'journal.jsonl');
  const entries = new Map<string, JournalEntry>();
  for (const line of await readLines(path)) applyLine(entries, line);
  let handle = await rewrite(path, entries, now());
  let lines = entries.size;
  let last: Promise<void> = Promise.resolve();

  const write = async (added: readonly Line[]) => {
    await handle.appendFile(added.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await handle.datasync();
    for (const line of added) applyLine(entries, line);
    lines += added.length;
    if (lines < linesBeforeRewrite) return;
    await handle.close();
    handle = await rewrite(path, entries, now());
    lines = entries.size;
  };
  /** One write after the other, whoever asks. */
  const append = (added: readonly Line[]): Promise<void> => {
    if (added.length === 0) return Promise.resolve();
    const written = last.then(() => write(added));
    last = written.catch(() => {});
    return written;
  };

  return {
    entry: (id) => entries.get(id),
    entries: () => entries.values(),
    received: (commands) => append(commands.map((command) => ({ is: 'received', command }))),
    leased: (id, lease) => append([{ is: 'leased', id, lease }]),
    effect: (id, step, result) => append([{ is: 'effect', id, step, result }]),
    settled: (id, outcome) => append([{ is: 'settled', id, outcome, at: now() }]),
    acknowledged: (ids, again) => append(ids.map((id) => ({ is: 'acknowledged', id, again: again === true }))),
    [Symbol.asyncDispose]: async () => {
      await last;
      await handle.close();
    },
  };
}

async function readLines(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Line];
    } catch {
      return [];
    }
  });
}

function applyLine(entries: Map<string, JournalEntry>, line: Line): void {
  if (line.is === 'received') {
    entries.set(line.command.id, { command: line.command, lease: line.command.lease, acknowledged: false });
    return;
  }
  const entry = entries.get(line.id);
  if (entry === undefined) return;
  entries.set(line.id, changed(entry, line));
}

function changed(entry: JournalEntry, line: Exclude<Line, { is: 'received' }>): JournalEntry {
  switch (line.is) {
    case 'leased':
      return { ...entry, lease: line.lease };
    case 'effect':
      return { ...entry, effect: { step: line.step, result: line.result } };
    case 'settled':
      return { ...entry, outcome: line.outcome, settledAt: line.at };
    case 'acknowledged':
      return { ...entry, acknowledged: !line.again };
  }
}

/** Replaces the file by what still counts: a settled command is remembered for as long as any can live, so that a replay is known. */
async function rewrite(path: string, entries: Map<string, JournalEntry>, now: number): Promise<FileHandle> {
  for (const [id, { acknowledged, settledAt }] of entries)
    if (acknowledged && settledAt !== undefined && now - settledAt > limits.commandExpiryMsMax) entries.delete(id);
  const fresh = `${path}.new`;
  const handle = await open(fresh, 'w', 0o600);
  await handle.writeFile(
    [...entries.values()]
      .flatMap(linesOf)
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );
  await handle.sync();
  await handle.close();
  await rename(fresh, path);
  return await open(path, 'a', 0o600);
}

function linesOf({ command, lease, effect, outcome, acknowledged, settledAt }: JournalEntry): Line[] {
  const { id } = command;
  const lines: Line[] = [{ is: 'received', command }];
  if (lease !== command.lease) lines.push({ is: 'leased', id, lease });
  if (effect !== undefined) lines.push({ is: 'effect', id, ...effect });
  if (outcome !== undefined) lines.push({ is: 'settled', id, outcome, at: settledAt ?? 0 });
  if (acknowledged) lines.push({ is: 'acknowledged', id, again: false });
  return lines;
}
