/** LeanSpec's checklist grammar: which lines of a Markdown file are items, and where their marks are. */
import { readLines } from './lines.ts';

export interface ChecklistItem {
  /** 1-based line of the whole file. */
  readonly line: number;
  /** The text after the box, trimmed. */
  readonly text: string;
  readonly done: boolean;
  /** UTF-16 column of the character between the brackets. */
  readonly mark: number;
  /** The heading above it, without its marks; empty before the first heading. */
  readonly section: string;
}

/** Every checklist item of a file, in order. */
export function readChecklist(text: string): ChecklistItem[] {
  const items: ChecklistItem[] = [];
  let section = '';
  for (const [index, { heading, box }] of readLines(text).entries()) {
    section = heading || section;
    if (box?.bullet !== '-' || !' xX'.includes(box.mark)) continue;
    items.push({ line: index + 1, text: box.text, done: box.mark !== ' ', mark: box.column, section });
  }
  return items;
}
