/** How far a long upload is, at the foot of a terminal: one line, drawn anew below whatever the log writes meanwhile. */
import type { WriteStream } from 'node:tty';
import { type UploadNow, uploadText } from '#contract/uploading.ts';

export interface UploadLine {
  /** Writes lines of the log above it. */
  write(text: string): void;
  /** Draws it; undefined takes it away. */
  show(now: UploadNow | undefined): void;
}

const barWidth = 24;
const clear = '\r\u001b[K';

/** Nothing is drawn yet. */
export function createUploadLine(terminal: Pick<WriteStream, 'write' | 'columns'>): UploadLine {
  let drawn = '';
  return {
    write: (text) => void terminal.write(drawn === '' ? text : `${clear}${text}${drawn}`),
    show: (now) => {
      const line = now === undefined ? '' : lineOf(now).slice(0, terminal.columns - 1);
      if (line !== drawn) terminal.write(`${clear}${line}`);
      drawn = line;
    },
  };
}

function lineOf(now: UploadNow): string {
  const share = now.there / (now.there + now.left);
  const filled = Math.floor(barWidth * share);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return `${bar} ${Math.floor(100 * share)} %  ${uploadText(now)}`;
}
