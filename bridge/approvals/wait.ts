/** Waits until somebody decides an approval: it watches the file and reads it again each second, so that no missed event costs an answer. */
import { watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Approval, approvalOf, type Fields, isPending, parseFields } from '#contract/approvals/approval.ts';
import { isFolder } from '../files/folder.ts';
import { readAt, readAtOnce } from '../files/read.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';

const lookMs = 1000;
/** A writer that is not careful leaves the file absent or half-written for a moment. */
const settleMs = 300;
/** A file may be written without pause. */
const busyMs = 10;

/** An approval now: `unclear` while its file is half-written or its project away. */
export type ApprovalNow =
  | { readonly is: 'gone' | 'unclear' }
  | { readonly is: 'pending'; readonly rev: string }
  | { readonly is: 'decided'; readonly said: Approval; readonly fields: Fields; readonly rev: string };

export async function readNow(root: string, path: string): Promise<ApprovalNow> {
  // At once where possible: what else the bridge does with the same event would come in between.
  const read = readAtOnce(root, path) ?? (await readAt(root, path));
  // With its project away (unmounted?), nobody knows.
  if (read.is === 'absent') return { is: (await isFolder(root)) ? 'gone' : 'unclear' };
  if (read.is !== 'file' || !('rev' in read) || read.bytes === undefined) return { is: 'unclear' };
  const text = decodeUtf8(read.bytes);
  const fields = text === undefined ? 'not text' : parseFields(text);
  if (typeof fields === 'string') return { is: 'unclear' };
  const said = approvalOf(fields);
  const { rev } = read;
  return isPending(said.status) ? { is: 'pending', rev } : { is: 'decided', said, fields, rev };
}

/** Resolves when it is decided or gone, or with what it is (`pending`, `unclear`) when `signal` aborts. */
export async function waitForDecision(root: string, path: string, signal: AbortSignal): Promise<ApprovalNow> {
  using changes = watchFile(join(root, path), signal);
  for (;;) {
    const now = await readSettled(root, path);
    if (now.is === 'decided' || now.is === 'gone' || signal.aborted) return now;
    await changes.next();
  }
}

/** What is absent may be about to be written again; and who reads while it is replaced finds it absent as well. */
async function readSettled(root: string, path: string): Promise<ApprovalNow> {
  for (const until = performance.now() + settleMs; ; ) {
    const now = await readNow(root, path);
    if (now.is !== 'gone' || performance.now() > until) return now;
    await delay(busyMs);
  }
}

interface Changes extends Disposable {
  /** Resolves when the file has changed since the last call, after a second, or when the signal aborts; at most a hundred times a second. */
  next(): Promise<void>;
}

/** Watches a file from now on, so that nothing is missed between two looks. Its folder is watched: a rename replaces the file itself. */
function watchFile(path: string, signal: AbortSignal): Changes {
  let changed = Promise.withResolvers<void>();
  let lookedAt = 0;
  const onChange = () => changed.resolve();
  const watcher = tryWatch(path, onChange);
  signal.addEventListener('abort', onChange, { once: true });
  return {
    next: async () => {
      const timer = setTimeout(onChange, lookMs);
      await changed.promise;
      clearTimeout(timer);
      const early = lookedAt + busyMs - performance.now();
      if (early > 0 && !signal.aborted) await delay(early);
      changed = Promise.withResolvers();
      lookedAt = performance.now();
    },
    [Symbol.dispose]: () => {
      watcher?.close();
      signal.removeEventListener('abort', onChange);
    },
  };
}

function tryWatch(path: string, onChange: () => void) {
  const own = basename(path);
  try {
    return watch(dirname(path), (_, name) => (name === null || name === own) && onChange()).on('error', onChange);
  } catch {
    return undefined;
  }
}
