/** LeanSpec's write rules: which lines an edit of a spec's metadata changes. Those lines and no other byte. */
import type { Priority, SpecStatus } from '#contract/meta.ts';
import { Problem } from '#contract/problems.ts';
import type { Splice } from '../files/splice.ts';
import { readFrontMatter, type YamlValue } from './front-matter.ts';
import { applyFieldSplices, checkReadsAs, createFieldEditor } from './front-matter-edit.ts';
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
  /** The fields of `SpecChanges` that are other than before. */
  readonly changed: readonly (keyof SpecChanges)[];
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
  if (names.length === 0) return { text, changed: [] };
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
  const written: string[] = [...names, 'updated_at'];
  if (names.includes('status') && changes.status !== undefined) {
    splices.push(...editor.appendRecord('transitions', { status: changes.status, at }));
    written.push('transitions');
    if (changes.status === 'complete' && current.completed_at === undefined) {
      splices.push(...editor.setText('completed_at', at));
      written.push('completed_at');
    }
  }
  splices.push(...decorativeSplices(text, matter.end, names, changes));
  const edited = applyFieldSplices(text, splices, written);
  for (const name of names) checkReadsAs(edited, name, wantedOf(changes[name]), isList(name) ? listOf : textsOf);
  return { text: edited, changed: names };
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

/** A tag or dependency that is there already, but for blanks, stays as it is written. */
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

/** The line `> **Status**: ✅ Complete · **Priority**: High · …` that many specs carry above their first section. */
function decorativeSplices(text: string, bodyStart: number, names: readonly string[], changes: SpecChanges): Splice[] {
  const head = text.slice(bodyStart, text.indexOf('\n## ', bodyStart) + 1 || undefined);
  const line = /^> \*\*Status\*\*:[^\r\n]*/m.exec(head);
  if (line === null) return [];
  const values: Record<string, string | undefined> = {
    Status: names.includes('status') ? changes.status : undefined,
    Priority: names.includes('priority') ? (changes.priority ?? undefined) : undefined,
    Tags: names.includes('tags') ? changes.tags?.join(', ') : undefined,
  };
  return Object.entries(values).flatMap(([label, value]) => {
    if (value === undefined) return [];
    const found = new RegExp(`(\\*\\*${label}\\*\\*:)([^·]*)`).exec(line[0]);
    if (found === null) return [];
    const [, before = '', after = ''] = found;
    const standing = after.trim();
    const blanks = after.length - after.trimStart().length;
    const start = bodyStart + line.index + found.index + before.length + blanks;
    return [{ start, end: start + standing.length, insert: label === 'Tags' ? value : inStyleOf(standing, value) }];
  });
}

/** `in-progress` as the line writes such words: with an icon or without, capitalised or not. */
function inStyleOf(standing: string, value: string): string {
  const word = /\p{Letter}.*/u.exec(standing)?.[0] ?? '';
  const icon = standing.startsWith(word) || !Object.hasOwn(icons, value) ? '' : `${icons[value as SpecStatus]} `;
  if (/^\p{Lowercase}/u.test(word)) return `${icon}${value}`;
  const words = value.replaceAll('-', ' ');
  return `${icon}${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
