/** Edits of front matter as byte splices: one field at a time, in the file's own style of quoting, lists and line breaks. */
import { isScalar, isSeq } from 'yaml';
import { lineStart, type Splice } from '../files/splice.ts';
import type { FrontMatter } from './front-matter.ts';
import {
  addLines,
  afterColon,
  type Fields,
  fieldsOf,
  findField,
  isEmpty,
  listIndent,
  refuse,
  spanOf,
  withoutField,
} from './front-matter-fields.ts';
import { setItems } from './front-matter-list.ts';
import { quote } from './yaml-quote.ts';

/** Splices of one field; offsets count in the whole file. */
export interface FieldEditor {
  /** Sets a field to one line of text, or adds it at the end. */
  setText(name: string, value: string): Splice[];
  /** Sets a field to a list. Items that are already there keep their bytes; an empty list removes the field. */
  setList(name: string, values: readonly string[]): Splice[];
  /** Appends a record to a list of records. */
  appendRecord(name: string, record: Readonly<Record<string, string>>): Splice[];
  /** Removes the field's lines; no splice if there is no such field. */
  remove(name: string): Splice[];
}

/** An editor of a file's front matter. Throws Problem `file-unparsable` if it cannot be edited line by line. */
export function createFieldEditor(text: string, matter: FrontMatter): FieldEditor {
  const fields = fieldsOf(text, matter);
  return {
    remove: (name) => remove(fields, name),
    setText: (name, value) => [setText(fields, name, value)],
    setList: (name, values) => (values.length === 0 ? remove(fields, name) : [setList(fields, name, values)]),
    appendRecord: (name, record) => [appendRecord(fields, name, record)],
  };
}

function remove(fields: Fields, name: string): Splice[] {
  const field = findField(fields, name);
  return field === undefined ? [] : [withoutField(fields, field)];
}

function setText(fields: Fields, name: string, value: string): Splice {
  const field = findField(fields, name);
  if (field === undefined) return addLines(fields, [`${name}: ${quote(value)}`]);
  const { value: node } = field;
  if (isEmpty(node)) return insertAt(afterColon(fields, field), ` ${quote(value)}`);
  if (!isScalar(node) || node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
    refuse(`"${name}" is not one line of text`);
  const { from, to } = spanOf(fields, node);
  return { start: from, end: to, insert: quote(value, node.type) };
}

function setList(fields: Fields, name: string, values: readonly string[]): Splice {
  const field = findField(fields, name);
  const items = values.map((value) => `${listIndent(fields)}- ${quote(value)}`);
  if (field === undefined) return addLines(fields, [`${name}:`, ...items]);
  const { value: node } = field;
  if (isSeq(node)) return setItems(fields, node, values);
  if (!isScalar(node) || isEmpty(node)) return insertBelow(fields, afterColon(fields, field), items);
  // A comma-separated or JSON string keeps its form, unless a value contains a comma, which would split it.
  const asJson = String(node.value).trim().startsWith('[') || values.some((value) => value.includes(','));
  const asText = asJson ? JSON.stringify(values) : values.join(', ');
  const { from, to } = spanOf(fields, node);
  return { start: from, end: to, insert: quote(asText, node.type) };
}

function appendRecord(fields: Fields, name: string, record: Readonly<Record<string, string>>): Splice {
  const entries = Object.entries(record).map(([key, value]) => `${key}: ${quote(value)}`);
  const block = (indent: string) => entries.map((entry, nth) => `${indent}${nth === 0 ? '- ' : '  '}${entry}`);
  const field = findField(fields, name);
  if (field === undefined) return addLines(fields, [`${name}:`, ...block(listIndent(fields))]);
  const { value: node } = field;
  if (isEmpty(node)) return insertBelow(fields, afterColon(fields, field), block(listIndent(fields)));
  if (!isSeq(node)) refuse(`"${name}" is not a list`);
  const { text } = fields;
  const { from, to } = spanOf(fields, node);
  if (node.flow) {
    const last = node.items.at(-1);
    const inner = last === undefined ? to - 1 : spanOf(fields, last).to;
    return insertAt(inner, `${last === undefined ? '' : ', '}{${entries.join(', ')}}`);
  }
  // At the end of the last item's line, before its line break, so that the addition below follows it.
  const at = to + (/[^\r\n]*/.exec(text.slice(to))?.[0].length ?? 0);
  return insertBelow(fields, at, block(' '.repeat(from - lineStart(text, from))));
}

function insertAt(at: number, insert: string): Splice {
  return { start: at, end: at, insert };
}

function insertBelow({ eol }: Fields, at: number, lines: readonly string[]): Splice {
  return insertAt(at, lines.map((line) => eol + line).join(''));
}
