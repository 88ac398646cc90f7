/** Reads Markdown line by line, with CommonMark's nesting: which lines are fenced code, headings, or list items that begin with a box. A line is a box if the formats' tools treat it as one and Markdown shows it as a list item. The readers of checklists and tasks and the app's renderer all use this definition. */
import { bulletAt, type Container, type Cursor, descend, intoItem, intoQuote, isNear, matchAt } from './containers.ts';
import { closes, isDashes, isRule, type Rule, ruleOf, startsTable } from './rules.ts';

export interface Box {
  /** Indentation as written. */
  readonly indent: string;
  readonly bullet: string;
  /** The character between the brackets. */
  readonly mark: string;
  /** UTF-16 column of that character. */
  readonly column: number;
  /** The text after the box, trimmed; never empty. */
  readonly text: string;
}

export interface MarkdownLine {
  readonly text: string;
  /** A line of a fenced block, including its fences. */
  readonly fenced: boolean;
  /** The text of a heading outside lists and quotes, without its marks. */
  readonly heading?: string;
  readonly box?: Box;
}

/** The text with front matter, BOM and single carriage returns replaced by blanks, so that every line and column stays. Both rendering and reading start from this text. */
export function asMarkdown(text: string): string {
  const matter = /^\uFEFF?\s*---[ \t]*\r?\n(?:[\s\S]*?\n)?---[ \t]*(?:\r?\n|$)/.exec(text)?.[0] ?? '';
  const rest = text.slice(matter.length).replace(/^\uFEFF/, ' ');
  return matter.replace(/[^\n]/g, ' ') + rest.replace(/\r(?!\n)/g, ' ');
}

/** Every line of a file, in order. Lines end with LF or CRLF. Takes linear time for any text. */
export function readLines(text: string): MarkdownLine[] {
  const read = createLineReader();
  const lines = asMarkdown(text).split(/\r?\n/);
  return lines.map((line, at) => read(line, lines[at + 1] ?? ''));
}

/** What the last line left open: a paragraph, the head of a table, its rows, or a fence with its number of marks. */
type Leaf = { readonly is: 'none' | 'paragraph' | 'head' | 'rows' } | { readonly is: 'fence'; readonly marks: string };

/** Deeper nesting is treated as text. */
const depthMax = 100;

const none: Leaf = { is: 'none' };
const fenceStart = /(?:`{3,}(?=[^`]*$)|~{3,})/y;
const headingStart = /#{1,6}(?=[ \t]|$)/y;
const underline = /(?:=+|-+)[ \t]*$/y;
const boxStart = /\[([ xX~-])\](?=\s)/y;

/** Reads lines in order, each together with the next one. */
function createLineReader(): (line: string, next: string) => MarkdownLine {
  let containers: readonly Container[] = [];
  let leaf: Leaf = none;
  return (text, next) => {
    const { depth, cursor } = descend(text, containers);
    const left = containers[depth];
    if (leaf.is === 'fence' && left === undefined) {
      if (isNear(cursor) && closes(text, cursor.at, leaf.marks)) leaf = none;
      return { text, fenced: true };
    }
    if (leaf.is === 'head') leaf = { is: 'rows' };
    else if (cursor.at >= text.length) {
      containers = containers.slice(0, depth);
      leaf = none;
    } else {
      const line = { text, rule: ruleOf(text), dashes: isDashes(next) ? next : undefined };
      const opened = openContainers(line, cursor, containers.slice(0, depth), left, leaf);
      // A paragraph that continues below a quote or an item needs no mark and no indentation.
      const isLazy = left !== undefined && leaf.is === 'paragraph' && opened.leaf === leaf;
      if (isLazy && opened.containers.length === depth && !beginsBlock(line, opened.cursor))
        return { text, fenced: false };
      containers = opened.containers;
      const found = readLeaf(line, opened.cursor, left === undefined || opened.leaf !== leaf ? opened.leaf : none);
      leaf = found.leaf;
      const heading = found.heading !== undefined && containers.length === 0 ? { heading: found.heading } : {};
      return {
        text,
        fenced: leaf.is === 'fence',
        ...heading,
        ...(opened.box === undefined ? {} : { box: opened.box }),
      };
    }
    return { text, fenced: false };
  };
}

/** A line that is not blank. */
interface Line {
  readonly text: string;
  readonly rule: Rule;
  /** The next line, if it may be the dashes of a table. */
  readonly dashes: string | undefined;
}

/** Opens the quotes and list items that begin on a line inside `outer`; `left` is the outermost container that it does not continue. The box is that of the last item. */
function openContainers(
  line: Line,
  start: Cursor,
  outer: readonly Container[],
  left: Container | undefined,
  before: Leaf,
): { readonly containers: readonly Container[]; readonly leaf: Leaf; readonly cursor: Cursor; readonly box?: Box } {
  const { text, rule, dashes } = line;
  const containers = [...outer];
  let [leaf, cursor, box]: [Leaf, Cursor, Box | undefined] = [before, start, undefined];
  for (let nth = 0; isNear(cursor) && cursor.at < text.length && containers.length < depthMax; nth++) {
    const isNextItem = nth === 0 && left?.is === 'item' && bulletAt(text, cursor.at) === left.bullet;
    if (dashes !== undefined && !isNextItem && startsTable(text.slice(cursor.at), dashes, containers)) {
      // What looks like a box is then in the first cell.
      [leaf, box] = [{ is: 'head' }, undefined];
      break;
    }
    const goesOn = nth === 0 && left === undefined && leaf.is === 'paragraph';
    if (isRule(text, cursor.at, rule) || (goesOn && matchAt(underline, text, cursor.at) !== undefined)) break;
    const inside =
      text[cursor.at] === '>'
        ? { container: { is: 'quote' } as const, cursor: intoQuote(text, cursor) }
        : intoItem(text, cursor, goesOn);
    if (inside === undefined) break;
    if (inside.container.is === 'item') box = readBox(text, cursor.at, inside.cursor);
    containers.push(inside.container);
    [leaf, cursor] = [none, inside.cursor];
  }
  for (const [nth, container] of containers.entries())
    if (container.is === 'item' && (nth < containers.length - 1 || cursor.at < text.length)) container.empty = false;
  return { containers, leaf, cursor, ...(box === undefined ? {} : { box }) };
}

interface Found {
  readonly leaf: Leaf;
  readonly heading?: string;
}

/** Reads the content of a line inside its containers. */
function readLeaf({ text, rule }: Line, cursor: Cursor, leaf: Leaf): Found {
  if (leaf.is === 'head') return { leaf };
  if (cursor.at >= text.length) return { leaf: none };
  const goesOn = leaf.is === 'paragraph';
  if (!isNear(cursor)) return { leaf: goesOn ? leaf : none };
  const fence = matchAt(fenceStart, text, cursor.at);
  if (fence !== undefined) return { leaf: { is: 'fence', marks: fence } };
  const heading = matchAt(headingStart, text, cursor.at);
  if (heading !== undefined) return { leaf: none, heading: headingText(text.slice(cursor.at + heading.length)) };
  const ends = isRule(text, cursor.at, rule) || (goesOn && matchAt(underline, text, cursor.at) !== undefined);
  if (ends) return { leaf: none };
  return { leaf: leaf.is === 'rows' ? leaf : { is: 'paragraph' } };
}

/** Whether a line that has left its containers begins a new block, so that their paragraph ends. */
function beginsBlock({ text, rule }: Line, { at }: Cursor): boolean {
  return (
    text[at] === '>' ||
    matchAt(fenceStart, text, at) !== undefined ||
    matchAt(headingStart, text, at) !== undefined ||
    isRule(text, at, rule)
  );
}

/** The box that a list item begins with, if the item is the first thing on its line. */
function readBox(line: string, at: number, inside: Cursor): Box | undefined {
  const indent = line.slice(0, at);
  const box = isNear(inside) ? matchAt(boxStart, line, inside.at) : undefined;
  if (box === undefined || indent.trim() !== '') return undefined;
  const text = line.slice(inside.at + box.length).trim();
  return text === '' ? undefined : { indent, bullet: line[at] ?? '', mark: box[1] ?? '', column: inside.at + 1, text };
}

/** The text of a heading, without closing marks. */
export function headingText(words: string): string {
  const text = words.trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const closed = end === 0 || /\s/.test(text[end - 1] ?? '');
  return closed ? text.slice(0, end).trimEnd() : text;
}
