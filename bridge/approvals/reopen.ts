/** Takes a decision back: the approval waits again, without the words and comments of the decision. */
import { isPending } from '#contract/approvals/approval.ts';
import { Problem } from '#contract/problems.ts';
import type { WriteFile } from '../commands/effects/write-file.ts';
import type { Project } from '../project.ts';
import { revOf } from '../rev.ts';
import { reopenedText } from './approval-text.ts';
import { readApproval } from './read-approval.ts';

/** Throws `approval-gone`, `conflict`, `edit-refused`. */
export async function prepareReopening(
  project: Project,
  name: string,
  ifRev: string | undefined,
  added: readonly string[] = [],
): Promise<{ readonly effect: WriteFile; readonly result: { approval: string; path: string; rev: string } }> {
  const { id, path, rev, bytes, fields, said } = await readApproval(project, name);
  if (ifRev !== rev) throw new Problem('conflict', undefined, { currentRev: rev });
  if (isPending(said.status)) throw new Problem('edit-refused', 'The approval waits already.');
  const after = new TextEncoder().encode(reopenedText(fields, added));
  return {
    effect: { is: 'write-file', path, before: bytes, bytes: after },
    result: { approval: id, path, rev: revOf(after) },
  };
}
