/** The name of an approval in commands: with its category, because two categories may have the same id. */
import { approvalId } from '#contract/approvals/find.ts';
import type { Document } from '#contract/document.ts';

export function approvalName({ path }: Pick<Document, 'path'>): string {
  return `${path.split('/').at(-2) ?? ''}/${approvalId(path)}`;
}
