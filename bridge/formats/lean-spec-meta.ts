/** Converts a LeanSpec spec's front matter, from YAML as written, to the contract's meta. */
import type { Priority, SpecMeta, SpecStatus } from '#contract/meta.ts';
import type { YamlValue } from './front-matter.ts';
import { shorten } from './shorten.ts';

type Values = Readonly<Record<string, YamlValue>>;

const statusWords: Readonly<Record<string, SpecStatus>> = {
  draft: 'draft',
  planned: 'planned',
  'in-progress': 'in-progress',
  in_progress: 'in-progress',
  inprogress: 'in-progress',
  complete: 'complete',
  completed: 'complete',
  archived: 'archived',
};

const priorityWords: Readonly<Record<string, Priority>> = {
  low: 'low',
  medium: 'medium',
  med: 'medium',
  high: 'high',
  critical: 'critical',
  urgent: 'critical',
};

const texts = [
  'parent',
  'assignee',
  'reviewer',
  'issue',
  'pr',
  'epic',
  'due',
  'created',
  'updated',
  'completed',
  'created_at',
  'updated_at',
  'completed_at',
] as const;

const known: ReadonlySet<string> = new Set([
  ...texts,
  'status',
  'priority',
  'tags',
  'depends_on',
  'breaking',
  'transitions',
]);

const textLengthMax = 500;
const listItemsMax = 200;
const customFieldsMax = 20;

/** The status that a word means; knows all spellings of LeanSpec. */
export function statusOf(word: string): SpecStatus | undefined {
  const key = word.trim().toLowerCase();
  return Object.hasOwn(statusWords, key) ? statusWords[key] : undefined;
}

/** The fields of a spec's meta that its front matter has; `problem` if the format does not know the status or priority. */
export function specFields(values: Values): Omit<SpecMeta, 'format' | 'checklist' | 'number' | 'archived'> {
  const fields: Omit<SpecMeta, 'format'> = {};
  const problems: string[] = [];
  const status = textOf(values.status);
  if (status === undefined) problems.push('The front matter has no status.');
  else if (statusOf(status)) fields.status = statusOf(status) as SpecStatus;
  else problems.push(`"${shorten(status, 50)}" is no status.`);
  const priority = textOf(values.priority)?.toLowerCase();
  if (priority !== undefined && Object.hasOwn(priorityWords, priority))
    fields.priority = priorityWords[priority] as Priority;
  else if (priority !== undefined) problems.push(`"${shorten(priority, 50)}" is no priority.`);
  for (const name of texts) {
    const text = textOf(values[name]);
    if (text !== undefined) fields[name] = text;
  }
  Object.assign(fields, listField('tags', values.tags), listField('depends_on', values.depends_on));
  if (textOf(values.breaking) !== undefined) fields.breaking = textOf(values.breaking)?.toLowerCase() === 'true';
  const transitions = transitionsOf(values.transitions);
  if (transitions.length > 0) fields.transitions = transitions;
  const custom = customOf(values);
  if (Object.keys(custom).length > 0) fields.custom = custom;
  if (problems.length > 0) fields.problem = problems.join(' ');
  return fields;
}

function textOf(value: YamlValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? shorten(value, textLengthMax) : undefined;
}

function listField(
  name: 'tags' | 'depends_on',
  value: YamlValue | undefined,
): Partial<Pick<SpecMeta, 'tags' | 'depends_on'>> {
  const list = listOf(value)
    .slice(0, listItemsMax)
    .map((entry) => shorten(entry, textLengthMax));
  return list.length === 0 ? {} : { [name]: list };
}

/** All items of a list, a comma-separated string, or a JSON array as text: an edit must not lose any. */
export function listOf(value: YamlValue | undefined): string[] {
  if (Array.isArray(value)) return value.filter((entry) => typeof entry === 'string' && entry !== '');
  if (typeof value !== 'string') return [];
  return (jsonList(value) ?? value.split(',')).map((entry) => entry.trim()).filter((entry) => entry !== '');
}

function jsonList(text: string): string[] | undefined {
  if (!text.trim().startsWith('[')) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.map(String) : undefined;
  } catch {
    return undefined;
  }
}

function transitionsOf(value: YamlValue | undefined): { status: string; at: string }[] {
  if (!Array.isArray(value)) return [];
  return value.slice(-100).flatMap((entry: YamlValue) => {
    if (typeof entry === 'string' || Array.isArray(entry)) return [];
    const { status, at } = entry as Values;
    return typeof status === 'string' && typeof at === 'string'
      ? [{ status: shorten(status, 50), at: shorten(at, 50) }]
      : [];
  });
}

function customOf(values: Values): Record<string, string> {
  const entries = Object.entries(values).filter(([name]) => !known.has(name) && name !== '__proto__');
  return Object.fromEntries(
    entries.slice(0, customFieldsMax).map(([name, value]) => {
      return [shorten(name, 100), shorten(typeof value === 'string' ? value : JSON.stringify(value), 200)];
    }),
  );
}
