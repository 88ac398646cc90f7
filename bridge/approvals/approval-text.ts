/** The text of an approval's JSON after a decision, as the tool would write it: the same object with its unknown members and their order. Pure. */
import { type DecisionName, decisions, type Fields } from '#contract/approvals/approval.ts';
import type { Comment } from '#contract/approvals/shapes.ts';

export interface DecisionWritten {
  readonly decision: DecisionName;
  readonly response: string;
  readonly annotations?: string | undefined;
  readonly comments: readonly Comment[];
  readonly respondedAt: string;
}

/** So that the tool's dashboard can show a selection. */
const highlightColor = { bg: 'rgba(255, 235, 59, 0.3)', border: '#FFEB3B', name: '#ffeb3b' };

/** The decided approval. */
export function decidedText(
  fields: Fields,
  { decision, response, annotations, comments, respondedAt }: DecisionWritten,
) {
  const before = Array.isArray(fields.comments) ? fields.comments : [];
  const all = [...before, ...comments.map(commentText)];
  return textOf({
    ...fields,
    status: decisions[decision],
    response,
    ...(annotations === undefined ? {} : { annotations }),
    respondedAt,
    ...(all.length === 0 ? {} : { comments: all }),
  });
}

/** The approval as it waited before a decision that added comments with these ids. */
export function reopenedText(fields: Fields, added: readonly string[]): string {
  const { response: _, respondedAt: __, annotations: ___, comments, ...rest } = fields;
  const kept = Array.isArray(comments) ? comments.filter((comment: unknown) => !isOneOf(comment, added)) : [];
  return textOf({ ...rest, status: 'pending', ...(kept.length === 0 ? {} : { comments: kept }) });
}

function isOneOf(comment: unknown, ids: readonly string[]): boolean {
  const id = typeof comment === 'object' && comment !== null ? (comment as Fields).id : undefined;
  return typeof id === 'string' && ids.includes(id);
}

/** In the order of members that the tool's dashboard writes. */
function commentText(comment: Comment): object {
  const { type, comment: words, timestamp, id } = comment;
  if (comment.type === 'general') return { type, comment: words, timestamp, id };
  const { selectedText, startOffset, endOffset } = comment;
  return { type, comment: words, timestamp, id, selectedText, startOffset, endOffset, highlightColor };
}

/** The tool writes two spaces and no final line break. */
function textOf(fields: object): string {
  return JSON.stringify(fields, null, 2);
}
