/** The records of spec-workflow: approvals, snapshots and implementation logs, read tolerantly. */
import {
  type Approval,
  approvalOf,
  approvalStatuses,
  type Fields,
  isPending,
  parseFields,
  reviewedPath,
} from '#contract/approvals/approval.ts';
import { isVersion } from '#contract/approvals/snapshots.ts';
import type { Meta, NoticeSaid } from '#contract/document.ts';
import { readLogFields } from '#contract/grammar/implementation-log.ts';
import { notTaken } from '#contract/implementation-logs.ts';
import { limits } from '#contract/limits.ts';
import { revOf } from '../files/rev.ts';
import { shorten } from './shorten.ts';
import { titleOf } from './title.ts';

interface Read {
  readonly title?: string;
  readonly meta: Meta;
  readonly notice?: NoticeSaid;
}

const textLengthMax = 500;

/** approvals/<category>/<id>.json; `name` is the file's. The file's name counts as the id, whatever the JSON says. */
export function describeApproval(name: string, text: string): Read {
  const fields = parseFields(text);
  if (typeof fields === 'string') return { meta: { problem: fields } };
  const status = textAt(fields, 'status');
  const reviewed = reviewedPath(textAt(fields, 'filePath'));
  const meta = compact({
    id: name.replace(/\.json$/, ''),
    status: isPending(status) ? 'pending' : status,
    type: textAt(fields, 'type'),
    category: textAt(fields, 'category'),
    category_name: textAt(fields, 'categoryName'),
    checkout: checkoutOf(approvalOf(fields)),
    file: 'path' in reviewed ? reviewed.path : undefined,
    file_problem: 'why' in reviewed ? reviewed.why : undefined,
    created_at: textAt(fields, 'createdAt'),
    responded_at: textAt(fields, 'respondedAt'),
    response: textAt(fields, 'response'),
    comments: Array.isArray(fields.comments) ? fields.comments.length : undefined,
    problem: problemOf(status),
  });
  const title = textAt(fields, 'title');
  if (!isPending(status)) return { ...titled(title), meta };
  return { ...titled(title), meta, notice: waiting(title, textAt(fields, 'categoryName')) };
}

/** As `sallyport mcp` writes it. */
function checkoutOf({ metadata = {} }: Approval): string | undefined {
  return textAt(metadata, 'checkout');
}

function problemOf(status: string | undefined): string | undefined {
  if (status === 'approve' || status === 'reject')
    return `The tool wrote "${status}" as the status by mistake, so the agent still waits. It may be decided again.`;
  const isKnown = status !== undefined && (approvalStatuses as readonly string[]).includes(status);
  return isKnown ? undefined : 'The approval has no status of the format.';
}

/** The notice of an approval that waits for an answer. */
function waiting(title: string | undefined, of: string | undefined): NoticeSaid {
  const text = of === undefined ? {} : { text: shorten(of, limits.noticeTextLengthMax) };
  const called = shorten(title ?? of ?? 'a document', limits.noticeTitleLengthMax - 20);
  return { topic: 'approval', title: `Approval wanted: ${called}`, ...text };
}

/** metadata.json of a document's snapshots, or one of its snapshot-NNN.json. */
export function describeSnapshots(name: string, text: string): Read {
  const fields = parseFields(text);
  if (typeof fields === 'string') return { meta: { problem: fields } };
  if (name === 'metadata.json') {
    const versions = Array.isArray(fields.snapshots) ? fields.snapshots.length : undefined;
    const about = compact({ file: textAt(fields, 'filePath'), current: numberAt(fields, 'currentVersion'), versions });
    return { meta: { ...about, listed: listedIn(fields) } };
  }
  const meta = compact({
    version: isVersion(fields.version) ? fields.version : undefined,
    trigger: textAt(fields, 'trigger'),
    timestamp: textAt(fields, 'timestamp'),
    approval: textAt(fields, 'approvalId'),
    ...textKept(fields.content),
  });
  return { ...titled(textAt(fields, 'approvalTitle')), meta };
}

/** The versions that a metadata.json lists. */
function listedIn({ snapshots }: Fields): number[] {
  if (!Array.isArray(snapshots)) return [];
  return snapshots.flatMap((each: unknown) => {
    const version = typeof each === 'object' && each !== null ? (each as Fields).version : undefined;
    return isVersion(version) ? [version] : [];
  });
}

/** What can be said of the text that a snapshot holds without carrying it. */
function textKept(content: unknown): Readonly<Record<string, string | number | undefined>> {
  if (typeof content !== 'string') return {};
  const bytes = new TextEncoder().encode(content);
  return { size: bytes.length, lines: content.split('\n').length, text_rev: revOf(bytes) };
}

/** One Markdown log of a task, as far as it can be read. */
export function describeLog(text: string): Read {
  const { id, taskId, timestamp, summary, statistics } = readLogFields(text);
  const said = (value: string) => (value === '' ? undefined : shorten(value, textLengthMax));
  const meta = compact({
    task: said(taskId),
    id: said(id),
    timestamp: said(timestamp),
    summary: said(summary),
    lines_added: statistics.linesAdded,
    lines_removed: statistics.linesRemoved,
    files_changed: statistics.filesChanged,
    problem: id === '' || taskId === '' ? notTaken : undefined,
  });
  return { ...titled(titleOf(text)), meta };
}

/** The older implementation-log.json, which holds many entries. */
export function describeLegacyLogs(text: string): Read {
  const fields = parseFields(text);
  if (typeof fields === 'string') return { meta: { problem: fields } };
  return {
    meta: compact({
      entries: Array.isArray(fields.entries) ? fields.entries.length : undefined,
      timestamp: textAt(fields, 'lastUpdated'),
    }),
  };
}

function textAt(fields: Fields, name: string): string | undefined {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return typeof value === 'string' && value !== '' ? shorten(value, textLengthMax) : undefined;
}

function numberAt(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function titled(title: string | undefined): { readonly title?: string } {
  return title === undefined ? {} : { title };
}

/** The object without its undefined fields. */
function compact(fields: Readonly<Record<string, string | number | undefined>>): Meta {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Meta;
}
