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

const item = /^(\s*-\s*\[)([ xX])\]\s*(.+?)\s*$/;
const heading = /^#{1,6}\s+(.+?)\s*#*\s*$/;
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
    section = heading.exec(line)?.[1] ?? section;
    const match = item.exec(line);
    const [, before = '', mark = '', words = ''] = match ?? [];
    if (match) items.push({ line: index + 1, text: words, done: mark !== ' ', mark: before.length, section });
  }
  return items;
}
