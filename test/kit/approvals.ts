/** Approvals as the agents' tools write them. */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFiles } from './projects.ts';

export const category = '.spec-workflow/approvals/checkout';
export const design = '.spec-workflow/specs/checkout/design.md';

/** The JSON of an approval, with what is told of it in the order of the tool. */
export function approvalText(id: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify(
    {
      id,
      title: 'Design of checkout',
      filePath: design,
      type: 'document',
      status: 'pending',
      createdAt: '2026-01-22T12:56:03.491Z',
      category: 'spec',
      categoryName: 'checkout',
      ...more,
    },
    null,
    2,
  );
}

export function approvalPath(id: string): string {
  return `${category}/${id}.json`;
}

export const firstId = 'approval_1769086563491_4coggtrud';

/** A spec-workflow project in which an agent asks for approval of a design. */
export async function makeAsked(
  root: string,
  text = '# Design\n\nWait 5 minutes.\n',
  more: Record<string, unknown> = {},
): Promise<void> {
  await writeFiles(root, { [design]: text, [approvalPath(firstId)]: approvalText(firstId, more) });
}

/** Replaces a file by rename, as careful tools do. */
export async function renameOver(root: string, path: string, text: string): Promise<void> {
  const target = join(root, path);
  await writeFile(`${target}.tmp`, text);
  await rename(`${target}.tmp`, target);
}

export const reviewedPath = approvalPath('approval_1769086563492_second123');

/** Adds an approval that waits, of a text that was approved before and has changed since, with comments of an editor. */
export async function makeReviewed(root: string): Promise<void> {
  const before = '# Design\n\n## Storage\n\nOrders are kept for 90 days.\nA nightly job deletes them.\n';
  const folder = `${category}/.snapshots/design.md`;
  const entry = { version: 1, timestamp: '2026-01-22T13:00:00.000Z', trigger: 'approved', approvalId: firstId };
  const fileStats = { size: before.length, lines: 6, lastModified: entry.timestamp };
  await writeFiles(root, {
    [design]: before.replace('nightly job deletes', 'TTL on each order removes'),
    [reviewedPath]: approvalText('approval_1769086563492_second123', {
      title: 'Design of order expiry',
      comments: [{ id: 'comment-1-a', text: 'Why a job at all?', startLine: 6, selectedText: 'TTL on each order' }],
      metadata: { reason: 'Answers your comment on the job.' },
    }),
    [`${folder}/metadata.json`]: JSON.stringify({ filePath: design, currentVersion: 1, snapshots: [entry] }),
    [`${folder}/snapshot-001.json`]: JSON.stringify({
      ...entry,
      id: 's',
      status: 'pending',
      content: before,
      fileStats,
    }),
  });
}
