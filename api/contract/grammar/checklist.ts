/** LeanSpec's checklist grammar: which lines of a Markdown body are items, and where their marks stand. */

export interface ChecklistItem {
  /** 1-based line of the whole file. */
  readonly line: number;
  /** What follows the box, trimmed. */
  readonly text: string;
  readonly done: boolean;
  /** UTF-16 column of the character between the brackets. */
  readonly mark: number;
  /** The last heading above it, without its marks; empty before the first. */
  readonly section: string;
}

// None of these can match one text in two ways: a file of one long line is read as quickly as any.
const item = /^(\s*-\s*\[)([ xX])\](.*)$/s;
const heading = /^#{1,6}\s+(\S.*)$/s;
const fence = /^ {0,3}(`{3,}|~{3,})/;

/** Every checklist item of a file, in order. Lines end with LF or CRLF; fenced code is skipped. */
export function readChecklist(text: string): ChecklistItem[] {
  const items: ChecklistItem[] = [];
  let section = '';
  let open: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const marks = fence.exec(line)?.[1];
    if (open === undefined) open = marks;
    else if (marks?.startsWith(open)) open = undefined;
    if (open !== undefined || marks !== undefined) continue;
    const above = heading.exec(line)?.[1];
    if (above !== undefined) section = headingText(above) || section;
    const [, before = '', mark = '', rest = ''] = item.exec(line) ?? [];
    const words = rest.trim();
    if (words !== '') items.push({ line: index + 1, text: words, done: mark !== ' ', mark: before.length, section });
  }
  return items;
}

/** The words of a heading, without the marks that may close it. */
export function headingText(words: string): string {
  const text = words.trim();
  let end = text.length;
  while (text[end - 1] === '#') end -= 1;
  const closes = end === 0 || /\s/.test(text[end - 1] ?? '');
  return closes ? text.slice(0, end).trimEnd() : text;
}
