/** What is known of each approval over time, and the record that tells of its decision. Pure: states and events, without clock and files. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { isPending } from '#contract/approvals/approval.ts';
import { approvalId } from '#contract/approvals/find.ts';
import type { Meta } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import type { ApprovalMeta } from '#contract/meta.ts';
import { printable } from '#contract/printable.ts';
import { RecordTold } from '#contract/record.ts';
import type { IndexedDocument } from '../watch/indexed-document.ts';

/** One approval: `waits` until somebody decides, or `record` tells how it ended. */
export const Entry = v.object({
  project: v.string(),
  path: v.string(),
  title: v.string(),
  file: v.optional(v.string()),
  category: v.optional(v.string()),
  waits: v.boolean(),
  /** A decision that no command explains yet: rev of the JSON, and when it was seen. */
  unexplained: v.optional(v.object({ rev: v.string(), at: v.number() })),
  record: v.optional(RecordTold),
  /** Ids of the comments that the last decision by a command added. */
  added: v.optional(v.array(v.string())),
  /** Ms since 1970. */
  changedAt: v.number(),
});
export type Entry = v.InferOutput<typeof Entry>;

/** A decision by a command of the relay. */
export interface DecidedHere {
  readonly status: string;
  readonly respondedAt: string;
  readonly by: string;
  readonly signedBy?: string | undefined;
  readonly command: string;
  readonly rev: string;
  readonly fileRev: string;
  readonly checkout?: string | undefined;
  readonly snapshot?: number | undefined;
  readonly added?: readonly string[] | undefined;
}

/** A command's effect is seen before its outcome is known; after this time a decision was made elsewhere. */
const explainMs = 3000;
/** A decision that another program overwrites is told for so long. */
const noticeMs = 24 * 60 * 60_000;

/** The entry after the approval's file was seen; undefined for one that was decided before anybody watched. */
export function whenSeen(before: Entry | undefined, document: IndexedDocument, now: number): Entry | undefined {
  const meta = document.meta as unknown as ApprovalMeta;
  const { project, path, rev } = document;
  if (meta.status === undefined) return before;
  if (isPending(meta.status)) {
    if (before?.waits === true && before.unexplained === undefined) return before;
    const about = {
      project,
      path,
      title: document.title ?? approvalId(path),
      ...(meta.file === undefined ? {} : { file: meta.file }),
      ...(meta.category_name === undefined ? {} : { category: meta.category_name }),
    };
    const record = before?.record && { ...withoutNotice(before.record), state: 'reopened' };
    return { ...about, waits: true, changedAt: now, ...(record && { record }) };
  }
  if (before === undefined) return undefined;
  if (before.waits) return { ...before, unexplained: { rev, at: before.unexplained?.at ?? now }, changedAt: now };
  return whenOverwritten(before, document, now);
}

/** Another decision than the one that was told: the later one wins on the disk. */
function whenOverwritten(before: Entry, { rev, meta }: IndexedDocument, now: number): Entry {
  const { record } = before;
  if (record?.state !== 'decided' || record.meta.rev === rev || record.meta.status === meta.status) return before;
  const notice = {
    topic: 'decision',
    title: printable(`Your decision was overwritten: ${before.title}`, limits.noticeTitleLengthMax),
    text: printable(`It says ${String(meta.status)} now, written by another program.`, limits.noticeTextLengthMax),
    until: new Date(now + noticeMs).toISOString(),
  };
  return { ...before, changedAt: now, record: { ...record, state: 'overridden', notice } };
}

/** The entry after its file vanished while the project is there. */
export function whenGone(before: Entry, now: number): Entry {
  const { waits, unexplained, record } = before;
  if (unexplained !== undefined) return taken(whenElsewhere(before, undefined, now), now);
  if (waits)
    return { ...before, waits: false, changedAt: now, record: recordOf(before, 'withdrawn', { how: 'elsewhere' }) };
  return record?.state === 'decided' || record?.state === 'overridden' ? taken(before, now) : before;
}

/** An approval that waited when the bridge ended, and is not there now: nobody can say how it ended. */
export function whenGoneUnseen(before: Entry, now: number): Entry {
  if (!before.waits) return whenGone(before, now);
  const { unexplained: _, ...rest } = before;
  return { ...rest, waits: false, changedAt: now, record: recordOf(before, 'gone', { how: 'elsewhere' }) };
}

/** The entry after a command decided; `document` is the file that it wrote, if it is still there. */
export function whenHere(before: Entry, here: DecidedHere, document: IndexedDocument | undefined, now: number): Entry {
  const { status, respondedAt, by, signedBy, command, rev, fileRev, checkout, snapshot, added = [] } = here;
  const { unexplained: _, ...rest } = before;
  const record = recordOf(before, 'decided', {
    how: 'here',
    ...decisionIn(document),
    // Also where the agent has removed the file already.
    status,
    responded_at: respondedAt,
    by,
    ...(signedBy === undefined ? {} : { signed_by: signedBy }),
    command,
    rev,
    file_rev: fileRev,
    ...(checkout === undefined ? {} : { checkout }),
    ...(snapshot === undefined ? {} : { snapshot }),
  });
  const next = { ...rest, waits: false, changedAt: now, record, added: [...added] };
  return document === undefined ? taken(next, now) : next;
}

/** What a decision by a command left, as far as it can be taken back, and who sent it. */
export interface Left {
  readonly by: string | undefined;
  /** Rev of the JSON. */
  readonly rev: string;
  /** Ids of the comments that it added; undefined where an earlier release noted the decision. */
  readonly added: readonly string[] | undefined;
}

/** What the last decision left, if a command made it. */
export function leftHere({ record, added }: Entry): Left | undefined {
  const isOurs = record?.state === 'decided' && record.meta.how === 'here';
  if (!isOurs || typeof record.meta.rev !== 'string') return undefined;
  const { rev, by } = record.meta;
  return { rev, added, by: typeof by === 'string' ? by : undefined };
}

/** The entry after a decision that no command explains. */
export function whenElsewhere(before: Entry, document: IndexedDocument | undefined, now: number): Entry {
  const { unexplained, ...rest } = before;
  const record = recordOf(before, 'decided', {
    how: 'elsewhere',
    ...decisionIn(document),
    ...(unexplained === undefined ? {} : { rev: unexplained.rev }),
  });
  return { ...rest, waits: false, changedAt: now, record };
}

/** What time alone changes: a decision is not ours, or no agent takes it. */
export function whenTimePasses(before: Entry, document: IndexedDocument | undefined, now: number): Entry {
  const { unexplained, record, changedAt } = before;
  if (unexplained !== undefined && now - unexplained.at >= explainMs) return whenElsewhere(before, document, now);
  const age = now - changedAt;
  const isLeft = record?.state === 'decided' && record.notice === undefined && record.meta.how === 'here';
  if (!isLeft || age < limits.decisionTakenMs || age > noticeMs) return before;
  const notice = {
    topic: 'decision',
    title: printable(`No agent has read your decision: ${before.title}`, limits.noticeTitleLengthMax),
    text: 'Its session may be over. Tell the agent yourself.',
    until: new Date(now + noticeMs).toISOString(),
  };
  return { ...before, record: { ...record, notice } };
}

/** A newer request for the same file: the agent has read the decision on the older one. */
export function whenAskedAgain(before: Entry, now: number): Entry {
  return before.record?.state === 'decided' ? taken(before, now) : before;
}

function taken(before: Entry, now: number): Entry {
  if (before.record === undefined) return before;
  const { record } = before;
  const meta = { ...record.meta, taken_at: new Date(now).toISOString() };
  return { ...before, waits: false, changedAt: now, record: { ...withoutNotice(record), state: 'taken', meta } };
}

function withoutNotice({ notice: _, ...record }: RecordTold): RecordTold {
  return record;
}

function recordOf({ project, path, title, file, category }: Entry, state: string, meta: Meta): RecordTold {
  return {
    id: `decision-${createHash('sha256').update(`${project}\n${path}`).digest('base64url').slice(0, 24)}`,
    kind: 'decision',
    project,
    title,
    state,
    meta: {
      approval: approvalId(path),
      path,
      ...(file === undefined ? {} : { file }),
      ...(category === undefined ? {} : { category }),
      ...meta,
    },
  };
}

/** What the decided JSON says, as far as its description has it. */
function decisionIn(document: IndexedDocument | undefined): Meta {
  const { status, response, responded_at, comments } = (document?.meta ?? {}) as Partial<ApprovalMeta>;
  return {
    ...(status === undefined || isPending(status) ? {} : { status }),
    ...(response === undefined ? {} : { response }),
    ...(responded_at === undefined ? {} : { responded_at }),
    ...(comments === undefined ? {} : { comments }),
  };
}
