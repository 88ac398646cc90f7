/** spec-workflow and its sibling spec-context: one folder in the project with specs, steering documents, approvals and their snapshots. */
import { join } from 'node:path';
import type { Format, Meta, NoticeSaid } from '#contract/document.ts';
import { isHeader, nextTask, readTaskFile, readTasks } from '#contract/grammar/tasks.ts';
import { limits } from '#contract/limits.ts';
import type { TasksMeta } from '#contract/meta.ts';
import { isFolder } from '../files/folder.ts';
import { classifyApproval, describeApprovalFile } from './approval-files.ts';
import { capMeta } from './cap-meta.ts';
import { checklistOf } from './checklist-of.ts';
import type { Classified, Described, FormatReader, Layout } from './format.ts';
import { decodeUtf8 } from './front-matter.ts';
import { shorten } from './shorten.ts';
import { describeLegacyLogs, describeLog } from './spec-workflow-records.ts';
import { titleOf } from './title.ts';

export const specWorkflow = createReader('spec-workflow', '.spec-workflow');
export const specContext = createReader('spec-context', '.spec-context');

function createReader(format: Format, base: string): FormatReader {
  return {
    format,
    describeVersion: 9,
    detect: async (root) => {
      return (await isFolder(join(root, base))) ? createLayout(format, base) : undefined;
    },
  };
}

function createLayout(format: Format, base: string): Layout {
  const classify = (path: string) => classifyPath(path, base);
  return {
    format,
    folders: [base],
    files: [],
    classify,
    describe: (path, bytes) => {
      const classified = classify(path) ?? { kind: 'file' as const };
      const { meta, ...read } = describeBytes(path, format, classified, bytes);
      const common = { format, ...(classified.archived ? { archived: true } : {}) };
      return { ...classified, ...read, meta: capMeta({ ...common, ...meta }) };
    },
  };
}

function classifyPath(path: string, base: string): Classified | undefined {
  if (!path.startsWith(`${base}/`)) return undefined;
  const parts = path.slice(base.length + 1).split('/');
  const [top, second] = parts;
  if (top === 'specs' && parts.length > 2) return classifySpecFile(`${base}/specs`, parts.slice(1));
  if (top === 'archive' && second === 'specs' && parts.length > 3)
    return { ...classifySpecFile(`${base}/archive/specs`, parts.slice(2)), archived: true };
  if (top === 'steering' && parts.length === 2 && path.endsWith('.md')) return { kind: 'steering' };
  if (top === 'approvals' && parts.length > 2) return classifyApproval(parts);
  if (parts.length === 1 && /^(config\.toml|settings\.json|session\.json)$/.test(top ?? '')) return { kind: 'config' };
  return { kind: 'file' };
}

function classifySpecFile(specsFolder: string, parts: readonly string[]): Classified {
  const [spec = '', name = '', inner] = parts;
  const place = { spec, folder: `${specsFolder}/${spec}` };
  if (parts.length === 3 && name === 'Implementation Logs' && inner?.endsWith('.md'))
    return { kind: 'implementation-log', ...place };
  if (parts.length > 2) return { kind: 'file', ...place };
  if (name === 'requirements.md') return { kind: 'requirements', ...place };
  if (name === 'design.md') return { kind: 'design', ...place };
  if (name === 'tasks.md') return { kind: 'tasks', ...place };
  if (name === 'implementation-log.json') return { kind: 'implementation-log', ...place };
  return { kind: 'file', ...place };
}

function describeBytes(
  path: string,
  format: Format,
  { kind, spec, archived }: Classified,
  bytes: Uint8Array,
): Pick<Described, 'title' | 'notice'> & { readonly meta: Meta } {
  if (kind === 'file' || kind === 'config') return { meta: {} };
  const text = decodeUtf8(bytes);
  if (text === undefined) return { meta: { problem: 'The file is not valid UTF-8.' } };
  const name = path.split('/').at(-1) ?? path;
  if (kind === 'approval' || kind === 'snapshots') return describeApprovalFile(kind, name, text);
  if (kind === 'implementation-log') return name.endsWith('.json') ? describeLegacyLogs(text) : describeLog(text);
  const title = titleOf(text) ?? spec;
  const named = title === undefined ? {} : { title };
  if (kind !== 'tasks') return { ...named, meta: {} };
  const notice = archived || format === 'spec-context' ? undefined : blockedNotice(text, spec);
  return { ...named, meta: tasksMeta(text, format), ...(notice && { notice }) };
}

/** The notice of the first task that is blocked, with its reason. */
function blockedNotice(text: string, spec = 'a spec'): NoticeSaid | undefined {
  const blocked = readTasks(text).filter(({ status }) => status === 'blocked');
  const [first] = blocked;
  if (first === undefined) return undefined;
  const more = blocked.length > 1 ? ` and ${blocked.length - 1} more` : '';
  const reason = first.blocked === undefined ? first.text : `${first.text}: ${first.blocked}`;
  return {
    topic: 'blocked',
    title: shorten(`Blocked: task ${first.id}${more} of ${spec}`, limits.noticeTitleLengthMax),
    text: shorten(reason, limits.noticeTextLengthMax),
  };
}

function tasksMeta(text: string, format: Format): Meta {
  const { tasks, items } = readTaskFile(text);
  const count = (status: string) => tasks.filter((task) => task.status === status).length;
  const next = nextTask(tasks)?.id;
  const current = tasks.find(({ status }) => status === 'in-progress')?.id;
  const meta: Omit<TasksMeta, 'format'> = {
    tasks: {
      total: tasks.length,
      completed: count('completed'),
      in_progress: count('in-progress'),
      pending: count('pending'),
      blocked: count('blocked'),
      headers: tasks.filter(isHeader).length,
    },
    ...(current === undefined ? {} : { current }),
    ...(next === undefined ? {} : { next }),
    ...checklistOf(items),
  };
  const unseen = format === 'spec-context' ? count('blocked') : 0;
  const problem =
    tasks.length === 0 && items.length > 0 ? withoutNumbers : unseen > 0 ? withBlocked(unseen) : undefined;
  return { ...meta, ...(problem === undefined ? {} : { problem }) } as Meta;
}

const withoutNumbers =
  'The tool that keeps this file sees no task in it: it wants a number behind each box, as in "- [ ] 1. Words".';

function withBlocked(count: number): string {
  return `spec-context knows no blocked tasks: it does not see ${count} of these, marked [~]. Give them another status.`;
}
