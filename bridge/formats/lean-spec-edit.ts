/** LeanSpec's write rules: which lines an edit of a spec's metadata changes. No other byte changes. */
import type { TextEdit } from '#contract/kinds/args.ts';
import type { Priority, SpecStatus } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import type { Splice } from '../files/splice.ts';
import { applyEdits, applyWithUndo } from '../files/text-edits.ts';
import { type FrontMatter, readFrontMatter, type YamlValue } from './front-matter.ts';
import { applyFieldSplices, checkReadsAs } from './front-matter-check.ts';
import { createFieldEditor } from './front-matter-edit.ts';
import { listOf, specFields } from './lean-spec-meta.ts';

/** New values; `null` removes a field. Only what is named is touched. */
export interface SpecChanges {
  readonly status?: SpecStatus;
  readonly priority?: Priority | null;
  readonly tags?: readonly string[] | null;
  readonly assignee?: string | null;
  readonly parent?: string | null;
  readonly depends_on?: readonly string[];
}

export interface SpecEdited {
  readonly text: string;
  /** The fields of `SpecChanges` whose values differ from before. */
  readonly changed: readonly (keyof SpecChanges)[];
  /** Edits of the new text that restore every byte of the old one. */
  readonly undo: readonly TextEdit[];
}

/** The file's text with the changes made by the format's rules. Throws Problem `file-unparsable`. */
export function editSpec(text: string, changes: SpecChanges, now: Date): SpecEdited {
  const matter = readFrontMatter(text);
  if ('problem' in matter) throw new Problem('file-unparsable', matter.problem);
  const current = specFields(matter.values);
  const names = (Object.keys(changes) as (keyof SpecChanges)[]).filter((name) => {
    const standing = isList(name) ? listOf(matter.values[name]) : (current[name] ?? null);
    const wanted = isList(name) ? (changes[name] ?? []) : changes[name];
    return changes[name] !== undefined && JSON.stringify(wanted) !== JSON.stringify(standing);
  });
  if (names.length === 0) return { text, changed: [], undo: [] };
  const editor = createFieldEditor(text, matter);
  const at = now.toISOString();
  const splices: Splice[] = names.flatMap((name) => {
    const value = changes[name];
    if (value === null || value === undefined) return editor.remove(name);
    return typeof value === 'string'
      ? editor.setText(name, value)
      : editor.setList(name, keepSpelling(listOf(matter.values[name]), value));
  });
  splices.push(...editor.setText('updated_at', at));
  const touched: string[] = [...names, 'updated_at'];
  if (names.includes('status') && changes.status !== undefined) {
    splices.push(...editor.appendRecord('transitions', { status: changes.status, at }));
    touched.push('transitions');
    if (changes.status === 'complete' && current.completed_at === undefined) {
      splices.push(...editor.setText('completed_at', at));
      touched.push('completed_at');
    }
  }
  splices.push(...decorativeSplices(text, matter.end, names, changes));
  const edited = applyFieldSplices(text, splices, touched);
  for (const name of names) checkReadsAs(edited, name, wantedOf(changes[name]), isList(name) ? listOf : textsOf);
  return { text: edited, changed: names, undo: applyWithUndo(text, splices).undo };
}

const writable = ['status', 'priority', 'tags', 'assignee', 'parent', 'depends_on'] as const;
const written = [...writable, 'updated_at', 'transitions', 'completed_at'];

/** The text with the `undo` edits of an earlier `editSpec`. Throws Problem `edit-refused` if they change more than metadata. */
export function revertSpec(text: string, edits: readonly TextEdit[]): SpecEdited {
  const reverted = applyEdits(text, edits);
  const [before, after] = [partsOf(text), partsOf(reverted.text)];
  if (before === undefined || after === undefined || before.rest !== after.rest)
    throw new Problem('edit-refused', 'These edits change more than the metadata of the spec.');
  const changed = writable.filter((name) => JSON.stringify(before.values[name]) !== JSON.stringify(after.values[name]));
  return { ...reverted, changed };
}

/** The values of the front matter, and all text that an edit of metadata does not change. */
function partsOf(text: string): { readonly values: FrontMatter['values']; readonly rest: string } | undefined {
  const matter = readFrontMatter(text);
  if ('problem' in matter) return undefined;
  const others = Object.entries(matter.values).filter(([name]) => !written.includes(name));
  const line = decorativeLine(text, matter.end);
  const [from, to] = line === undefined ? [text.length, text.length] : [line.start, line.start + line.text.length];
  const around = [text.slice(0, matter.start), text.slice(matter.end, from), line !== undefined, text.slice(to)];
  return { values: matter.values, rest: JSON.stringify([others, ...around]) };
}

function wantedOf(value: SpecChanges[keyof SpecChanges]): readonly string[] {
  return typeof value === 'string' ? [value] : (value ?? []).map((entry) => entry.trim());
}

function textsOf(value: YamlValue | undefined): readonly string[] {
  return typeof value === 'string' ? [value] : [];
}

function isList(name: keyof SpecChanges): name is 'tags' | 'depends_on' {
  return name === 'tags' || name === 'depends_on';
}

/** A tag or dependency that is already there, ignoring blanks, keeps its spelling. */
function keepSpelling(standing: readonly string[], wanted: readonly string[]): string[] {
  return wanted.map((value) => standing.find((entry) => entry.trim() === value.trim()) ?? value);
}

const icons: Readonly<Record<SpecStatus, string>> = {
  draft: '📝',
  planned: '📅',
  'in-progress': '⏳',
  complete: '✅',
  archived: '📦',
};

/** The line `> **Status**: ✅ Complete · **Priority**: High · …` that many specs carry above their first section, and its offset. */
function decorativeLine(
  text: string,
  bodyStart: number,
): { readonly start: number; readonly text: string } | undefined {
  const head = text.slice(bodyStart, text.indexOf('\n## ', bodyStart) + 1 || undefined);
  const line = /^> \*\*Status\*\*:[^\r\n]*/m.exec(head);
  return line === null ? undefined : { start: bodyStart + line.index, text: line[0] };
}

function decorativeSplices(text: string, bodyStart: number, names: readonly string[], changes: SpecChanges): Splice[] {
  const line = decorativeLine(text, bodyStart);
  if (line === undefined) return [];
  const values: Record<string, string | undefined> = {
    Status: names.includes('status') ? changes.status : undefined,
    Priority: names.includes('priority') ? (changes.priority ?? undefined) : undefined,
    Tags: names.includes('tags') ? changes.tags?.join(', ') : undefined,
  };
  return Object.entries(values).flatMap(([label, value]) => {
    if (value === undefined) return [];
    const found = new RegExp(`(\\*\\*${label}\\*\\*:)([^·]*)`).exec(line.text);
    if (found === null) return [];
    const [, before = '', after = ''] = found;
    const standing = after.trim();
    const blanks = after.length - after.trimStart().length;
    const start = line.start + found.index + before.length + blanks;
    return [{ start, end: start + standing.length, insert: label === 'Tags' ? value : inStyleOf(standing, value) }];
  });
}

/** A status such as `in-progress` in the style of the line: with or without an icon, capitalised or not. */
function inStyleOf(standing: string, value: string): string {
  const word = /\p{Letter}.*/u.exec(standing)?.[0] ?? '';
  const icon = standing.startsWith(word) || !Object.hasOwn(icons, value) ? '' : `${icons[value as SpecStatus]} `;
  if (/^\p{Lowercase}/u.test(word)) return `${icon}${value}`;
  const words = value.replaceAll('-', ' ');
  return `${icon}${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
