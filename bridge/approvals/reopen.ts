/** Takes a decision back: the approval waits again, without the words and comments of the decision. One that another program made is not ours to take back. */
import { isPending } from '#contract/approvals/approval.ts';
import { Problem } from '#contract/problems.ts';
import type { WriteFile } from '../commands/effects/write-file.ts';
import type { CommandContext } from '../commands/handler.ts';
import { revOf } from '../files/rev.ts';
import { reopenedText } from './approval-text.ts';
import { readApproval } from './read-approval.ts';

/** Throws `approval-gone`, `conflict`, `edit-refused`. */
export async function prepareReopening(
  { project, decided }: Pick<CommandContext, 'project' | 'decided'>,
  name: string,
  ifRev: string | undefined,
  added: readonly string[] = [],
): Promise<{ readonly effect: WriteFile; readonly result: { approval: string; path: string; rev: string } }> {
  const { id, path, rev, bytes, fields, said } = await readApproval(project, name);
  if (ifRev !== rev) throw new Problem('conflict', undefined, { currentRev: rev });
  if (isPending(said.status)) throw new Problem('edit-refused', 'The approval waits already.');
  const left = decided(path);
  if (left?.rev !== rev) throw new Problem('edit-refused', notOurs);
  const after = new TextEncoder().encode(reopenedText(fields, left.added ?? added));
  return {
    effect: { is: 'write-file', path, before: bytes, bytes: after },
    result: { approval: id, path, rev: revOf(after) },
  };
}

const notOurs =
  'Another program has made this decision, or changed the approval since. Only a decision that was sent through Sallyport is taken back.';
