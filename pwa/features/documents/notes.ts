/** Notes beside the text that they are about: each after the paragraph, list item or table with its line. */

export interface Note {
  /** 1-based, in the file. */
  readonly line: number;
  /** Above its words: whose it is. */
  readonly head: string;
  readonly words: string;
  readonly isOwn: boolean;
}

/** Puts the notes into a rendered text; those that were there before go. */
export function placeNotes(host: HTMLElement, notes: readonly Note[]): void {
  for (const old of host.querySelectorAll('[data-note]')) old.remove();
  // The last first: of two in one place the first stands on top.
  for (const note of notes.toReversed()) {
    const block = blockAt(host, note.line);
    const box = boxOf(note);
    if (block?.tagName === 'LI') block.append(box);
    else if (block !== undefined) block.after(box);
  }
}

/** The narrowest block with a line; of a table and of code the whole, as a row takes no note. */
function blockAt(host: HTMLElement, line: number): HTMLElement | undefined {
  const around = [...host.querySelectorAll<HTMLElement>('[data-lines]')].filter(({ dataset }) => {
    const [from = 0, to = 0] = (dataset.lines ?? '').split('-').map(Number);
    return from <= line && line <= to;
  });
  const narrowest = around.at(-1);
  const item = narrowest?.closest<HTMLElement>('li');
  return narrowest?.closest<HTMLElement>('table') ?? item ?? narrowest?.closest<HTMLElement>('pre') ?? narrowest;
}

function boxOf({ head, words, isOwn }: Note): HTMLElement {
  const box = document.createElement('div');
  box.dataset.note = '';
  box.className = isOwn ? 'review-comment own' : 'review-comment';
  const [above, text] = [document.createElement('p'), document.createElement('p')];
  above.className = 'small soft';
  above.textContent = head;
  text.textContent = words;
  box.append(above, text);
  return box;
}
