/** The JSON of an approval, read tolerantly: three programs write it, each in another way. Pure; `docs/formats.md` says what each writes. */

import * as v from 'valibot';
import { Path } from '../document.ts';

/** What may be decided, and what it may have become. */
export const approvalStatuses = ['pending', 'approved', 'rejected', 'needs-revision'] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/** What a person decides, with the status that it writes. */
export const decisions = { approve: 'approved', reject: 'rejected', 'needs-revision': 'needs-revision' } as const;
export type DecisionName = keyof typeof decisions;

/** A comment in any of the shapes that are written: the tool's, the VS Code extension's, and the older one with a line. */
export interface ApprovalComment {
  readonly id?: string | undefined;
  readonly type: 'selection' | 'general';
  readonly comment: string;
  readonly timestamp?: string | undefined;
  readonly selectedText?: string | undefined;
  /** UTF-16 units in the file's text. */
  readonly startOffset?: number | undefined;
  readonly endOffset?: number | undefined;
  /** 1-based lines. */
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly resolved?: boolean | undefined;
}

/** An approval as its file says it. */
export interface Approval {
  readonly title?: string;
  /** As written. `reviewedPath` says whether it may be opened. */
  readonly filePath?: string;
  readonly type?: string;
  /** A status of the format, or the word that is written. */
  readonly status?: string;
  readonly createdAt?: string;
  readonly respondedAt?: string;
  readonly category?: string;
  readonly categoryName?: string;
  readonly response?: string;
  readonly annotations?: string;
  readonly comments: readonly ApprovalComment[];
  readonly revisionHistory: readonly unknown[];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type Fields = Readonly<Record<string, unknown>>;

/** The fields of a JSON object; a sentence where there is none. */
export function parseFields(text: string): Fields | string {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Fields) : 'The file holds no JSON object.';
  } catch (error) {
    return `The file is not valid JSON: ${String(error instanceof Error ? error.message : error).slice(0, 200)}`;
  }
}

/** The approval in a file's text; a sentence where there is none. Members of a wrong type are left out. */
export function parseApproval(text: string): Approval | string {
  const fields = parseFields(text);
  return typeof fields === 'string' ? fields : approvalOf(fields);
}

export function approvalOf(fields: Fields): Approval {
  const { metadata, comments, revisionHistory } = fields;
  return {
    ...texts(fields, textNames),
    comments: Array.isArray(comments) ? comments.flatMap(commentOf) : [],
    revisionHistory: Array.isArray(revisionHistory) ? revisionHistory : [],
    ...(typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
      ? { metadata: metadata as Fields }
      : {}),
  };
}

const textNames = [
  'title',
  'filePath',
  'type',
  'status',
  'createdAt',
  'respondedAt',
  'category',
  'categoryName',
  'response',
  'annotations',
] as const;

/** Those of the members that are texts. */
function texts<Name extends string>(fields: Fields, names: readonly Name[]): { readonly [N in Name]?: string } {
  const found = names.flatMap((name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  });
  return Object.fromEntries(found);
}

function commentOf(value: unknown): ApprovalComment[] {
  if (typeof value !== 'object' || value === null) return [];
  const fields = value as Fields;
  const { comment, text, id, timestamp, selectedText } = texts(fields, [
    'comment',
    'text',
    'id',
    'timestamp',
    'selectedText',
  ]);
  const words = comment ?? text;
  if (words === undefined) return [];
  const { startOffset, endOffset, startLine = fields.lineNumber, endLine, resolved } = fields;
  const numbers = { startOffset, endOffset, startLine, endLine };
  const whole = Object.entries(numbers).filter(([, at]) => Number.isSafeInteger(at) && (at as number) >= 0);
  return [
    {
      ...(id === undefined ? {} : { id }),
      type: selectedText === undefined ? 'general' : 'selection',
      comment: words,
      ...(timestamp === undefined ? {} : { timestamp }),
      ...(selectedText === undefined ? {} : { selectedText }),
      ...Object.fromEntries(whole),
      ...(typeof resolved === 'boolean' ? { resolved } : {}),
    },
  ];
}

/** Whether it waits for a decision. `approve` and `reject` are what version 2.0.0 of the tool wrote by mistake: the agent still waits. */
export function isPending(status: string | undefined): boolean {
  return status === 'pending' || status === 'approve' || status === 'reject';
}

/** The file that an approval asks about, as a path in the project; or why it is never opened. */
export function reviewedPath(filePath: string | undefined): { readonly path: string } | { readonly why: string } {
  if (filePath === undefined) return { why: 'The approval names no file.' };
  if (/^([/\\]|[A-Za-z]:)/.test(filePath)) return { why: 'The approval names a file by an absolute path.' };
  const path = filePath.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  if (path.split('/').includes('..')) return { why: 'The approval names a file outside of the project.' };
  return v.is(Path, path) ? { path } : { why: 'The approval names a file by a path that is not valid.' };
}
