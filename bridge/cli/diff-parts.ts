/** A comparison of two texts for a terminal: what has changed with three lines around it, the words that differ marked. Pure. */
import type { DiffLine, TextDiff } from '#contract/text-diff.ts';

export type Format = 'green' | 'red' | 'dim' | 'bold' | 'inverse';

/** Text that is printed in one format. */
export interface Part {
  readonly text: string;
  readonly format?: readonly Format[];
}

/** How many lines around a change are shown. */
const around = 3;

/** The lines of a comparison, each as its parts. Without changes there are none. */
export function diffParts({ chunks }: TextDiff): readonly (readonly Part[])[] {
  return chunks.flatMap(({ lines }) => folded(lines));
}

function folded(lines: readonly DiffLine[]): (readonly Part[])[] {
  const shown = new Uint8Array(lines.length);
  for (const [at, { type }] of lines.entries())
    if (type !== 'normal') shown.fill(1, Math.max(0, at - around), at + around + 1);
  const rows: (readonly Part[])[] = [];
  if (!shown.includes(1)) return rows;
  const width = String(lines.at(-1)?.newLineNumber ?? lines.length).length;
  let hidden = 0;
  const fold = () => {
    if (hidden > 0)
      rows.push([{ text: `  … ${hidden} ${hidden === 1 ? 'line' : 'lines'} as before`, format: ['dim'] }]);
    hidden = 0;
  };
  for (const [at, line] of lines.entries()) {
    if (shown[at] === 0) hidden += 1;
    else {
      fold();
      rows.push(rowOf(line, width));
    }
  }
  fold();
  return rows;
}

const looks = {
  add: { sign: '+', format: ['green'] },
  delete: { sign: '-', format: ['red'] },
  normal: { sign: ' ', format: [] },
} as const;

function rowOf({ type, newLineNumber, content, words = [] }: DiffLine, width: number): readonly Part[] {
  const { sign, format } = looks[type];
  const number: Part = { text: `${String(newLineNumber ?? '').padStart(width)} `, format: ['dim'] };
  const parts: Part[] = [];
  let at = 0;
  for (const [start, end] of words) {
    parts.push(
      { text: content.slice(at, start), format },
      { text: content.slice(start, end), format: [...format, 'inverse'] },
    );
    at = end;
  }
  parts.push({ text: content.slice(at), format });
  return [number, { text: `${sign} `, format }, ...parts.filter(({ text }) => text !== '')];
}
