/** The checkouts of a file under review, as kinds name them. */
import * as v from 'valibot';
import type { ProjectCopy } from '../copy.ts';
import { Rev } from '../document.ts';

/** The name of a checkout: that of its folder. It is looked up among the known ones and never joined to a path. */
export const CheckoutArg = v.pipe(v.string(), v.minLength(1), v.maxLength(120));

/** Said with a text where it is not the same in all checkouts. */
export const checkoutSaid = {
  /** The checkout whose text this is. */
  checkout: v.optional(v.string()),
  /** Other texts of the file, each with one checkout that has it. */
  others: v.optional(v.array(v.strictObject({ checkout: v.string(), rev: Rev }))),
  /** The checkout where the agent works, if its text cannot be shown: this text is not the one that the request asks about. */
  missing: v.optional(v.strictObject({ checkout: v.string(), why: v.string() })),
};

/** Whether a file under review is another text in other checkouts, so that only the machine can show it. */
export async function isElsewhere(copy: Pick<ProjectCopy, 'records'>, file: string): Promise<boolean> {
  const told = (await copy.records('checkouts')) ?? [];
  return told.some(({ state, meta }) => state === 'differ' && meta.file === file);
}
