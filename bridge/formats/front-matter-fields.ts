/** Fields of a file's front matter: their places in the text, and which of them may be edited. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode } from 'yaml';
import { Problem } from '#contract/problems.ts';
import { lineBreakOf, lineEnd, lineStart, type Splice } from '../files/splice.ts';
import type { FrontMatter } from './front-matter.ts';

export type Field = Pair<ParsedNode, ParsedNode | null>;

/** Offsets in the whole file. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Fields {
  readonly text: string;
  readonly eol: '\r\n' | '\n';
  /** Offset of the front matter, and of the line that closes it. */
  readonly start: number;
  readonly end: number;
  readonly all: readonly Field[];
}

/** The fields of a file. Throws Problem `file-unparsable` unless each field begins on a line of its own. */
export function fieldsOf(text: string, { start, end, document }: FrontMatter): Fields {
  const { contents } = document;
  if (contents !== null && (!isMap(contents) || contents.flow))
    refuse('its front matter is written on one line in braces');
  return { text, eol: lineBreakOf(text), start, end, all: isMap(contents) ? (contents.items as Field[]) : [] };
}

/** A field that may be edited. Throws Problem `file-unparsable` for a field with an anchor or alias, because an edit would change other fields too. */
export function findField({ all }: Fields, name: string): Field | undefined {
  const field = all.find(({ key }) => isScalar(key) && key.value === name);
  const value = field?.value;
  if (isAlias(value)) refuse('the field is an alias');
  if (value?.anchor) refuse('the field has an anchor');
  if (value?.tag !== undefined && !value.tag.startsWith('tag:yaml.org,2002:')) refuse('the field has a tag');
  return field;
}

/** The range of a node's content, without what follows it on its last line. */
export function spanOf({ text, start }: Fields, node: ParsedNode): Span {
  const [from, to] = node.range;
  return { from: start + from, to: start + from + text.slice(start + from, start + to).trimEnd().length };
}

/** Where a field's value begins, or would begin: after the colon. */
export function afterColon(fields: Fields, { key }: Field): number {
  return fields.text.indexOf(':', spanOf(fields, key).to) + 1;
}

/** Removes a field's lines. */
export function withoutField(fields: Fields, field: Field): Splice {
  const { text, end } = fields;
  const { from } = spanOf(fields, field.key);
  const to = isEmpty(field.value) ? from : spanOf(fields, field.value).to;
  return { start: lineStart(text, from), end: Math.min(lineEnd(text, Math.max(from, to - 1)), end), insert: '' };
}

/** Adds lines at the end of the front matter. */
export function addLines({ end, eol }: Fields, lines: readonly string[]): Splice {
  return { start: end, end, insert: lines.map((line) => line + eol).join('') };
}

/** How far the file's own lists are indented. */
export function listIndent({ all }: Fields): string {
  for (const { value } of all)
    if (isSeq(value) && !value.flow && value.srcToken && 'indent' in value.srcToken)
      return ' '.repeat(value.srcToken.indent);
  return '';
}

/** Whether a field has no value after its colon. */
export function isEmpty(node: ParsedNode | null): node is null {
  return node === null || (isScalar(node) && node.range[0] === node.range[1]);
}

/** Throws Problem `file-unparsable`. */
export function refuse(why: string): never {
  throw new Problem('file-unparsable', `The file cannot be edited safely: ${why}.`);
}
