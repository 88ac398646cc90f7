/** A list of front matter as one splice: items that stay keep their bytes, with the comments above them. */
import { isScalar, type YAMLSeq } from 'yaml';
import { lineEnd, lineStart, type Splice } from '../files/splice.ts';
import { type Fields, refuse, type Span, spanOf } from './front-matter-fields.ts';
import { quote, quoteInFlow } from './yaml-quote.ts';

interface Item extends Span {
  readonly value: string;
}

/** Sets a list to these values. Throws Problem `file-unparsable` if it contains anything but text, or is written in a form that we do not edit. */
export function setItems(fields: Fields, node: YAMLSeq.Parsed, values: readonly string[]): Splice {
  const items = node.items.map((item) => {
    if (!isScalar(item) || item.anchor) refuse('a list holds something other than text');
    return { value: String(item.value), ...spanOf(fields, item) };
  });
  const whole = spanOf(fields, node);
  return node.flow ? setInBrackets(fields, whole, items, values) : setInLines(fields, whole, items, values);
}

function setInBrackets({ text }: Fields, whole: Span, items: readonly Item[], values: readonly string[]): Splice {
  const last = items.at(-1);
  if (last !== undefined && items.every(({ value }, nth) => value === values[nth])) {
    const added = values.slice(items.length).map((value) => `, ${quoteInFlow(value)}`);
    return { start: last.to, end: last.to, insert: added.join('') };
  }
  if (/[\r\n]/.test(text.slice(whole.from, whole.to))) refuse('a list in brackets stands on several lines');
  const pieces = items.map(({ from, to }) => text.slice(from, to));
  const list = keptOrMade(items, pieces, values, quoteInFlow);
  return { start: whole.from, end: whole.to, insert: `[${list.join(', ')}]` };
}

function setInLines({ text, eol }: Fields, whole: Span, items: readonly Item[], values: readonly string[]): Splice {
  const from = lineStart(text, whole.from);
  const indent = text.slice(from, whole.from);
  if (indent.trim() !== '') refuse('a list begins on the line of its field');
  const ends = items.map((item) => lineEnd(text, Math.max(item.from, item.to - 1)));
  const pieces = ends.map((end, nth) => text.slice(nth === 0 ? from : ends[nth - 1], end));
  const lines = keptOrMade(items, pieces, values, (value) => `${indent}- ${quote(value)}${eol}`);
  return { start: from, end: ends.at(-1) ?? from, insert: lines.join('') };
}

/** The text of each value. A value that is already in the list keeps its own text, which is used only once. */
function keptOrMade(
  items: readonly Item[],
  pieces: readonly string[],
  values: readonly string[],
  make: (value: string) => string,
): readonly string[] {
  const taken = new Set<number>();
  return values.map((value) => {
    const at = items.findIndex((item, nth) => item.value === value && !taken.has(nth));
    if (at === -1) return make(value);
    taken.add(at);
    return pieces[at] ?? make(value);
  });
}
