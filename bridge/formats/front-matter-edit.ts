/** Edits of front matter as byte splices: one field at a time, in the file's own style of quoting, lists and line breaks. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, parseDocument, type YAMLSeq } from 'yaml';
import { Problem } from '#contract/problems.ts';
import { applySplices, lineBreakOf, lineEnd, lineStart, type Splice } from '../files/splice.ts';
import { type FrontMatter, readFrontMatter, type YamlValue } from './front-matter.ts';

/** Splices of one field; offsets count in the whole file. */
export interface FieldEditor {
  /** Sets a field to one line of text, or adds it at the end. */
  setText(name: string, value: string): Splice[];
  /** Sets a field to a list, keeping what stands there already to the byte; an empty list removes it. */
  setList(name: string, values: readonly string[]): Splice[];
  /** Appends a record to a list of records. */
  appendRecord(name: string, record: Readonly<Record<string, string>>): Splice[];
  /** Removes the field's lines; nothing where there is none. */
  remove(name: string): Splice[];
}

type Field = Pair<ParsedNode, ParsedNode | null>;

/** An editor of a file's front matter. Throws Problem `file-unparsable` where it cannot be edited line by line. */
export function createFieldEditor(text: string, matter: FrontMatter): FieldEditor {
  const { start, end, document } = matter;
  const eol = lineBreakOf(text);
  const contents = document.contents;
  if (contents !== null && (!isMap(contents) || contents.flow))
    refuse('its front matter is written on one line in braces');
  const fields: readonly Field[] = isMap(contents) ? (contents.items as Field[]) : [];
  const find = (name: string) => fields.find(({ key }) => isScalar(key) && key.value === name);
  const add = (lines: readonly string[]): Splice[] => [
    { start: end, end, insert: lines.map((line) => line + eol).join('') },
  ];
  /** Offsets of a node's content in the file, without what follows it on its last line. */
  const span = (node: ParsedNode) => {
    const [from, to] = node.range;
    return { from: start + from, to: start + from + text.slice(start + from, start + to).trimEnd().length };
  };
  const lines = (field: Field) => {
    const from = span(field.key).from;
    const to = field.value === null || isEmptyScalar(field.value) ? from : span(field.value).to;
    return { start: lineStart(text, from), end: Math.min(lineEnd(text, Math.max(from, to - 1)), end) };
  };
  const remove = (name: string): Splice[] => {
    const field = find(name);
    return field === undefined ? [] : [{ ...lines(checked(field)), insert: '' }];
  };

  return {
    remove,
    setText: (name, value) => {
      const field = find(name);
      if (field === undefined) return add([`${name}: ${quote(value)}`]);
      const { value: node, key } = checked(field);
      if (node === null || isEmptyScalar(node)) {
        const after = text.indexOf(':', span(key).to) + 1;
        return [{ start: after, end: after, insert: ` ${quote(value)}` }];
      }
      if (!isScalar(node) || node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED')
        refuse(`"${name}" is not one line of text`);
      const { from, to } = span(node);
      return [{ start: from, end: to, insert: quote(value, node.type) }];
    },
    setList: (name, values) => {
      const field = find(name);
      if (field === undefined)
        return values.length === 0
          ? []
          : add([`${name}:`, ...values.map((value) => `${listIndent(fields)}- ${quote(value)}`)]);
      const { value: node } = checked(field);
      if (values.length === 0) return remove(name);
      if (isSeq(node)) return [seqSplice(text, node, values, span, eol)];
      const list = values.map((value) => quote(value));
      const block = list.map((value) => `${eol}${listIndent(fields)}- ${value}`).join('');
      const range = node === null || isEmptyScalar(node) ? undefined : span(node);
      const after = text.indexOf(':', span(field.key).to) + 1;
      // A comma-separated or JSON string stays what it was, unless a comma of a value would part it.
      if (isScalar(node) && range !== undefined) {
        const asJson = String(node.value).trim().startsWith('[') || values.some((value) => value.includes(','));
        const asText = asJson ? JSON.stringify(values) : values.join(', ');
        return [{ start: range.from, end: range.to, insert: quote(asText, node.type) }];
      }
      return [{ start: after, end: after, insert: block }];
    },
    appendRecord: (name, record) => {
      const entries = Object.entries(record).map(([key, value]) => `${key}: ${quote(value)}`);
      const block = (indent: string) => entries.map((entry, nth) => `${indent}${nth === 0 ? '- ' : '  '}${entry}`);
      const field = find(name);
      if (field === undefined) return add([`${name}:`, ...block(listIndent(fields))]);
      const { value: node, key } = checked(field);
      const after = text.indexOf(':', span(key).to) + 1;
      if (node === null || isEmptyScalar(node))
        return [
          {
            start: after,
            end: after,
            insert: block(listIndent(fields))
              .map((line) => eol + line)
              .join(''),
          },
        ];
      if (!isSeq(node)) refuse(`"${name}" is not a list`);
      const { from, to } = span(node);
      if (node.flow) {
        const last = node.items.at(-1);
        const inner = last === undefined ? to - 1 : span(last).to;
        const comma = last === undefined ? '' : ', ';
        return [{ start: inner, end: inner, insert: `${comma}{${entries.join(', ')}}` }];
      }
      const indent = ' '.repeat(from - lineStart(text, from));
      // At the end of the last item's line, before its break: what is added below comes after it.
      const at = to + (/[^\r\n]*/.exec(text.slice(to))?.[0].length ?? 0);
      return [
        {
          start: at,
          end: at,
          insert: block(indent)
            .map((line) => eol + line)
            .join(''),
        },
      ];
    },
  };
}

/** A list as one splice: items that stay keep their bytes, with the comments above them. */
function seqSplice(
  text: string,
  node: YAMLSeq.Parsed,
  values: readonly string[],
  span: (node: ParsedNode) => { from: number; to: number },
  eol: string,
): Splice {
  const items = node.items.map((item) => {
    if (!isScalar(item) || item.anchor) refuse('a list holds something other than text');
    return { value: String(item.value), ...span(item) };
  });
  const taken = new Set<number>();
  const sourceOf = (value: string, pieces: readonly string[], make: (value: string) => string) => {
    const at = items.findIndex((item, nth) => item.value === value && !taken.has(nth));
    if (at === -1) return make(value);
    taken.add(at);
    return pieces[at] ?? make(value);
  };
  const whole = span(node);
  if (node.flow) {
    const last = items.at(-1);
    if (last !== undefined && items.every(({ value }, nth) => value === values[nth])) {
      const added = values.slice(items.length).map((value) => `, ${quoteInFlow(value)}`);
      return { start: last.to, end: last.to, insert: added.join('') };
    }
    if (/[\r\n]/.test(text.slice(whole.from, whole.to))) refuse('a list in brackets stands on several lines');
    const pieces = items.map(({ from, to }) => text.slice(from, to));
    return {
      start: whole.from,
      end: whole.to,
      insert: `[${values.map((value) => sourceOf(value, pieces, quoteInFlow)).join(', ')}]`,
    };
  }
  const from = lineStart(text, whole.from);
  const ends = items.map((item) => lineEnd(text, Math.max(item.from, item.to - 1)));
  const pieces = ends.map((end, nth) => text.slice(nth === 0 ? from : ends[nth - 1], end));
  const indent = text.slice(from, whole.from);
  if (indent.trim() !== '') refuse('a list begins on the line of its field');
  return {
    start: from,
    end: ends.at(-1) ?? from,
    insert: values.map((value) => sourceOf(value, pieces, (made) => `${indent}- ${quote(made)}${eol}`)).join(''),
  };
}

/** How far the file's own lists are indented. */
function listIndent(fields: readonly Field[]): string {
  for (const { value } of fields)
    if (isSeq(value) && !value.flow && value.srcToken && 'indent' in value.srcToken)
      return ' '.repeat(value.srcToken.indent);
  return '';
}

function isEmptyScalar(node: ParsedNode): boolean {
  return isScalar(node) && node.range[0] === node.range[1];
}

/** Anchors are seen by other fields, aliases belong to others: neither is edited. */
function checked(field: Field): Field {
  const { value } = field;
  if (isAlias(value)) refuse('the field is an alias');
  if (value?.anchor) refuse('the field has an anchor');
  if (value?.tag !== undefined && !value.tag.startsWith('tag:yaml.org,2002:')) refuse('the field has a tag');
  return field;
}

/** A value as YAML, plain where that reads back as the same text, in the quotes that stood there otherwise. */
export function quote(value: string, style?: string | null): string {
  if (style === 'QUOTE_DOUBLE') return JSON.stringify(value);
  const single = `'${value.replaceAll("'", "''")}'`;
  if (style === 'QUOTE_SINGLE') return single;
  return isPlain(value) ? value : single;
}

function quoteInFlow(value: string): string {
  return /[,[\]{}]/.test(value) ? `'${value.replaceAll("'", "''")}'` : quote(value);
}

/** Whether plain text is read back as itself, also by parsers that turn words and digits into other things. */
function isPlain(value: string): boolean {
  if (/^(?:true|false|yes|no|on|off|y|n|null|~|[-+.\d][\d._eE+-]*|0x[\da-f]+)$/i.test(value)) return false;
  const document = parseDocument(`key: ${value}`, { schema: 'failsafe', logLevel: 'silent' });
  const read: unknown = document.errors.length === 0 && isMap(document.contents) ? document.contents.get('key') : '';
  return read === value && !value.includes('#');
}

/**
 * The text with the splices made, read once more: every field but those in `changed` must be as before, and so must the body
 * but for splices of its own. Throws Problem `file-unparsable` otherwise.
 */
export function applyFieldSplices(text: string, splices: readonly Splice[], changed: readonly string[]): string {
  const edited = applySplices(text, splices);
  const [before, after] = [readFrontMatter(text), readFrontMatter(edited)];
  if ('problem' in before || 'problem' in after) refuse('the edit would break its front matter');
  const others = (values: FrontMatter['values']) =>
    JSON.stringify(Object.entries(values).filter(([name]) => !changed.includes(name)));
  if (others(before.values) !== others(after.values)) refuse('the edit would change more than it should');
  const inBody = splices
    .filter(({ start }) => start > before.end)
    .map((splice) => ({ ...splice, start: splice.start - before.end, end: splice.end - before.end }));
  if (applySplices(text.slice(before.end), inBody) !== edited.slice(after.end))
    refuse('the edit would change more than it should');
  return edited;
}

/** Throws Problem `file-unparsable` unless a field of the text is read as these values, none for a field that is not there. */
export function checkReadsAs(text: string, name: string, values: readonly string[], read: Reader): void {
  const matter = readFrontMatter(text);
  const found = 'problem' in matter ? undefined : read(matter.values[name]);
  if (JSON.stringify(found) !== JSON.stringify(values)) refuse(`"${name}" would be read as something else`);
}

type Reader = (value: YamlValue | undefined) => readonly string[];

function refuse(why: string): never {
  throw new Problem('file-unparsable', `The file cannot be edited safely: ${why}.`);
}
