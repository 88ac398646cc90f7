/** The records of spec-workflow: approvals, snapshots and implementation logs, read tolerantly. */
import type { Meta, NoticeSaid } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { shorten } from './shorten.ts';
import { titleOf } from './title.ts';

interface Read {
  readonly title?: string;
  readonly meta: Meta;
  readonly notice?: NoticeSaid;
}

type Fields = Readonly<Record<string, unknown>>;

const textLengthMax = 500;
const statuses = ['pending', 'approved', 'rejected', 'needs-revision'];

/** approvals/<category>/<id>.json. */
export function describeApproval(text: string): Read {
  const fields = parseFields(text);
  if (typeof fields === 'string') return { meta: { problem: fields } };
  const status = textAt(fields, 'status');
  const meta = compact({
    id: textAt(fields, 'id'),
    status: status !== undefined && statuses.includes(status) ? status : undefined,
    type: textAt(fields, 'type'),
    category: textAt(fields, 'category'),
    category_name: textAt(fields, 'categoryName'),
    file: textAt(fields, 'filePath'),
    created_at: textAt(fields, 'createdAt'),
    responded_at: textAt(fields, 'respondedAt'),
    response: textAt(fields, 'response'),
    comments: Array.isArray(fields.comments) ? fields.comments.length : undefined,
    problem:
      status === undefined || !statuses.includes(status) ? 'The approval has no status of the format.' : undefined,
  });
  const title = textAt(fields, 'title');
  if (status !== 'pending') return { ...titled(title), meta };
  return { ...titled(title), meta, notice: waiting(title, textAt(fields, 'categoryName')) };
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
    return {
      meta: compact({ file: textAt(fields, 'filePath'), current: numberAt(fields, 'currentVersion'), versions }),
    };
  }
  const meta = compact({
    version: numberAt(fields, 'version'),
    trigger: textAt(fields, 'trigger'),
    timestamp: textAt(fields, 'timestamp'),
    approval: textAt(fields, 'approvalId'),
  });
  return { ...titled(textAt(fields, 'approvalTitle')), meta };
}

/** One Markdown log of a task. */
export function describeLog(text: string): Read {
  const bold = (name: string) => trimmed(new RegExp(`^(?:- )?\\*\\*${name}:\\*\\*(.*)$`, 'm').exec(text)?.[1]);
  const number = (name: string) => {
    const found = bold(name);
    const value = found === undefined ? Number.NaN : Math.abs(Number(found));
    return Number.isFinite(value) ? value : undefined;
  };
  const title = titleOf(text);
  const meta = compact({
    task: /^Implementation Log: Task (\S+)/.exec(title ?? '')?.[1],
    id: bold('Log ID'),
    timestamp: bold('Timestamp'),
    summary: bold('Summary'),
    lines_added: number('Lines Added'),
    lines_removed: number('Lines Removed'),
    files_changed: number('Files Changed'),
  });
  return { ...titled(title), meta };
}

function trimmed(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : shorten(text.trim(), textLengthMax);
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

/** The fields of a JSON object, or a sentence that says why it has none. */
function parseFields(text: string): Fields | string {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Fields) : 'The file holds no JSON object.';
  } catch (error) {
    return `The file is not valid JSON: ${String(error instanceof Error ? error.message : error).slice(0, 200)}`;
  }
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
