/** A new spec of LeanSpec: its number and folder by the project's `structure`, its text from the project's template. */
import { Problem } from '#contract/problems.ts';
import { datedName } from '#contract/spec-name.ts';
import { applySplices } from '../files/splice.ts';
import { readSettingFile } from '../leaving/setting-file.ts';
import { readFrontMatter } from './front-matter.ts';
import { createFieldEditor } from './front-matter-edit.ts';
import { mainFileOf, readConfig, recordAt } from './lean-spec-config.ts';

export interface LeanSpecWanted {
  /** Absolute real path of the project. */
  readonly root: string;
  readonly specsFolder: string;
  readonly name: string;
  readonly heading: string;
  readonly content: string | undefined;
  readonly now: Date;
  /** Names of all specs, archived ones too. */
  readonly taken: readonly string[];
}

export interface NewSpec {
  readonly folder: string;
  readonly file: string;
  readonly text: string;
}

/** Throws `edit-refused` where the project's settings cannot be followed, `file-unparsable` for front matter that cannot be edited. */
export async function newLeanSpec(wanted: LeanSpecWanted): Promise<NewSpec> {
  const { root, specsFolder, name, heading, content, now, taken } = wanted;
  const { config } = await readConfig(root);
  const structure = recordAt(config, 'structure');
  const date = now.toISOString().slice(0, 10);
  const digits = numberIn(structure.sequenceDigits ?? structure.sequence_digits);
  const number = String(nextNumber(taken)).padStart(digits, '0');
  const prefix = withDates(textIn(structure.prefix), date);
  const folderName = `${prefix}${number}-${name}`;
  if (!/^\d[a-z0-9-]*$/.test(folderName))
    throw new Problem(
      'edit-refused',
      `By the project's settings the folder would be "${folderName}", which LeanSpec does not read.`,
    );
  const group = structure.pattern === 'custom' ? groupOf(structure, date) : '';
  const text = content ?? fillIn(await templateOf(root, config), { name: heading, date });
  return {
    folder: `${specsFolder}/${group}${folderName}`,
    file: mainFileOf(structure),
    text: withFields(text, date, now),
  };
}

/** One more than the highest; numbers of dated folders are behind the date. */
function nextNumber(taken: readonly string[]): number {
  const numbers = taken.map((each) => Number(/^(\d{1,6})-/.exec(each.replace(datedName, ''))?.[1] ?? 0));
  return Math.max(0, ...numbers) + 1;
}

function numberIn(value: unknown): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 6 ? value : 3;
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function withDates(pattern: string, date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return pattern.replaceAll(/\{(YYYY|MM|DD|-)+\}/g, (found) =>
    found.slice(1, -1).replace('YYYY', year).replace('MM', month).replace('DD', day),
  );
}

/** The folder between, with a slash: by date, else the one that the settings name for specs without a group. */
function groupOf(structure: Readonly<Record<string, unknown>>, date: string): string {
  const extracted = withDates(textIn(structure.groupExtractor), date);
  const group = /[{}]/.test(extracted) ? textIn(structure.groupFallback) : extracted;
  if (group === '') return '';
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(group))
    throw new Problem(
      'edit-refused',
      `The settings of the project put specs into "${group}", which is no folder name.`,
    );
  return `${group}/`;
}

const plainTemplate =
  '---\nstatus: planned\ncreated: {date}\npriority: medium\n---\n\n# {name}\n\n## Overview\n\n## Plan\n';

/** The text of the project's template; a short one of our own if it has none. */
async function templateOf(root: string, config: Readonly<Record<string, unknown>>): Promise<string> {
  const named = recordAt(config, 'templates').default ?? config.template ?? config.default_template;
  const file = typeof named === 'string' && /^[\w.-]+\.md$/.test(named) ? named : 'spec-template.md';
  const path = `.lean-spec/templates/${file}`;
  const read = await readSettingFile(root, path);
  if (read.is === 'refused') throw new Problem('edit-refused', `The template ${path} is not read: ${read.why}.`);
  return read.is === 'text' ? read.text : plainTemplate;
}

function fillIn(template: string, { name, date }: { readonly name: string; readonly date: string }): string {
  const values: Readonly<Record<string, string>> = { name, date, status: 'planned', priority: 'medium' };
  return template.replaceAll(/\{(name|date|status|priority)\}/g, (_, token: string) => values[token] ?? '');
}

/** The text with what every spec has in its front matter; what is there stays. */
function withFields(text: string, date: string, now: Date): string {
  const at = now.toISOString();
  if (!/^\uFEFF?\s*---/.test(text))
    return `---\nstatus: planned\ncreated: '${date}'\ncreated_at: '${at}'\n---\n\n${text.replace(/^\uFEFF/, '')}`;
  const matter = readFrontMatter(text);
  if ('problem' in matter) throw new Problem('file-unparsable', matter.problem);
  const fields = { status: 'planned', created: date, created_at: at };
  const missing = Object.entries(fields).filter(([name]) => matter.values[name] === undefined);
  const editor = createFieldEditor(text, matter);
  return applySplices(
    text,
    missing.flatMap(([name, value]) => editor.setText(name, value)),
  );
}
