/** Compares two texts of a file under review. */
import * as v from 'valibot';
import { CheckoutArg, checkoutSaid, isElsewhere } from '../approvals/checkouts.ts';
import { FileRev } from '../approvals/shapes.ts';
import { contentOf, lastApproved, type SnapshotListed } from '../approvals/snapshots.ts';
import { areNamedOnce, namedOnce, openTexts, type Texts, textsArgs } from '../approvals/texts.ts';
import type { ProjectCopy } from '../copy.ts';
import { Problem } from '../problems.ts';
import { diffTexts } from '../text-diff.ts';
import { ProjectArg, Version } from './args.ts';
import { defineQuery } from './kind.ts';

export const approvalDiff = defineQuery({
  title: 'Compare texts under review',
  summary:
    'Compares two texts of the file under review: versions, `0` (nothing), `last-approved`, `current`. Without `from`, what has changed since the last approval, or since it was asked for.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      ...textsArgs,
      from: v.optional(v.union([v.literal('last-approved'), Version])),
      to: v.optional(v.union([v.literal('current'), Version])),
      /** The checkout whose text is the current one. */
      checkout: v.optional(CheckoutArg),
    }),
    v.check((named) => areNamedOnce(named), namedOnce),
  ),
  result: v.strictObject({
    additions: v.number(),
    deletions: v.number(),
    changes: v.literal(0),
    chunks: v.array(
      v.strictObject({
        oldStart: v.number(),
        oldLines: v.number(),
        newStart: v.number(),
        newLines: v.number(),
        lines: v.array(
          v.strictObject({
            type: v.picklist(['add', 'delete', 'normal']),
            oldLineNumber: v.optional(v.number()),
            newLineNumber: v.optional(v.number()),
            content: v.string(),
            words: v.optional(v.array(v.tuple([v.number(), v.number()]))),
          }),
        ),
      }),
    ),
    /** The version that was compared with; 0 for nothing. */
    from: v.number(),
    fromRev: FileRev,
    toRev: FileRev,
    ...checkoutSaid,
  }),
  scope: 'project',
  risk: 'read',
  aliases: [{ method: 'GET', path: '/v1/machines/:machine/projects/:project/approvals/:approval/diff' }],
  about: ['project', 'approval'],
  answer: async ({ from, to = 'current', checkout, ...named }, copy) => {
    const texts = await openTexts(copy, named);
    if (texts === undefined) return undefined;
    if (to === 'current' && (checkout !== undefined || (await isElsewhere(copy, texts.file.path)))) return undefined;
    const base = snapshotNamed(texts, from ?? 'base');
    const [before, after] = await Promise.all([
      base === undefined ? nothing : textOf(copy, base),
      to === 'current' ? currentText(copy, texts) : textOf(copy, snapshotNamed(texts, to)),
    ]);
    if (before === undefined || after === undefined) return undefined;
    const diff = diffTexts(before.text, after.text);
    return { ...diff, from: base?.version ?? 0, fromRev: before.rev, toRev: after.rev };
  },
});

const nothing = { text: '', rev: 'absent' as const };

function snapshotNamed(
  { snapshots, base }: Texts,
  which: number | 'base' | 'last-approved',
): SnapshotListed | undefined {
  if (which === 0) return undefined;
  if (which === 'base') return base;
  const { items } = snapshots;
  const found = which === 'last-approved' ? lastApproved(items) : items.find(({ version }) => version === which);
  if (found === undefined) throw new Problem('snapshot-unknown', `There is no version ${which}.`);
  return found;
}

async function textOf(copy: ProjectCopy, snapshot: SnapshotListed | undefined) {
  if (snapshot === undefined) return nothing;
  const file = await copy.read(snapshot.path);
  const text = file && 'text' in file ? contentOf(file.text) : undefined;
  return text === undefined ? undefined : { text, rev: snapshot.rev };
}

async function currentText(copy: ProjectCopy, { file }: Texts) {
  if (!file.readable) throw new Problem('reviewed-file-unreadable', file.why);
  const read = await copy.read(file.path);
  if (read === undefined) return undefined;
  if (!('text' in read)) throw new Problem('reviewed-file-unreadable', 'The file is not text in UTF-8.');
  return { text: read.text, rev: read.rev };
}
