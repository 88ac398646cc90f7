/** Waits until somebody decides an approval: it watches the file and reads it again each second, so that no missed event costs an answer. */
import { watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Approval, approvalOf, type Fields, isPending, parseFields } from '#contract/approvals/approval.ts';
import { decodeUtf8 } from '../formats/front-matter.ts';
import { readAt } from '../watch/read.ts';

const lookMs = 1000;
/** A writer that is not careful leaves the file absent or half-written for a moment. */
const settleMs = 300;

/** An approval now: `unclear` while its file is half-written. */
export type ApprovalNow =
  | { readonly is: 'pending' | 'gone' | 'unclear' }
  | { readonly is: 'decided'; readonly said: Approval; readonly fields: Fields; readonly rev: string };

export async function readNow(root: string, path: string): Promise<ApprovalNow> {
  const read = await readAt(root, path);
  if (read.is === 'absent') return { is: 'gone' };
  if (read.is !== 'file' || !('rev' in read) || read.bytes === undefined) return { is: 'unclear' };
  const text = decodeUtf8(read.bytes);
  const fields = text === undefined ? 'not text' : parseFields(text);
  if (typeof fields === 'string') return { is: 'unclear' };
  const said = approvalOf(fields);
  return isPending(said.status) ? { is: 'pending' } : { is: 'decided', said, fields, rev: read.rev };
}

/** Resolves when it is decided or gone, or (`pending`) when `signal` aborts. */
export async function waitForDecision(root: string, path: string, signal: AbortSignal): Promise<ApprovalNow> {
  for (;;) {
    const now = await readSettled(root, path);
    if (now.is === 'decided' || now.is === 'gone') return now;
    if (signal.aborted) return { is: 'pending' };
    await nextChange(join(root, path), signal);
  }
}

/** What is absent may be about to be written again. */
async function readSettled(root: string, path: string): Promise<ApprovalNow> {
  const now = await readNow(root, path);
  if (now.is !== 'gone') return now;
  await new Promise((resolve) => setTimeout(resolve, settleMs));
  return await readNow(root, path);
}

/** Resolves with the next event in the file's folder, after a second, or when `signal` aborts. */
async function nextChange(file: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, lookMs);
  const watcher = tryWatch(dirname(file), resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  watcher?.close();
}

function tryWatch(folder: string, onChange: () => void) {
  try {
    return watch(folder, onChange).on('error', onChange);
  } catch {
    return undefined;
  }
}
