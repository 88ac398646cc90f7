/** Prints data on stdout and messages on stderr: JSON for programs, columns for people. Names, titles and messages come from relays, bridges and files, so everything printed here is made safe for terminals. */
import { stderr, stdout } from 'node:process';
import { styleText } from 'node:util';
import { printable, printableJson, printableLines } from '#contract/printable.ts';

type Format = 'bold' | 'dim' | 'green' | 'inverse' | 'red' | 'yellow';

/** One value as one line of JSON. */
export function printJson(value: unknown): void {
  stdout.write(`${printableJson(JSON.stringify(value))}\n`);
}

/** A line of JSON whose exact bytes matter. On a terminal, the same as `printJson`. */
export function printJsonLine(json: string): void {
  stdout.write(`${stdout.isTTY ? printableJson(json) : json}\n`);
}

/** One line of text. */
export function printLine(text = ''): void {
  stdout.write(`${printable(text)}\n`);
}

/** Several lines of our own text. */
export function printLines(text: string): void {
  stdout.write(`${printableLines(text)}\n`);
}

/** One line of parts, each in its formats. */
export function printParts(parts: readonly { readonly text: string; readonly format?: readonly Format[] }[]): void {
  stdout.write(`${parts.map(({ text, format = [] }) => styled(format, printable(text))).join('')}\n`);
}

/** A sentence with the code of its problem, by which people look it up. */
export function coded(sentence: string, code: string): string {
  return `${sentence.replace(/\.$/, '')} (${code}).`;
}

/** One message for people, beside the data. */
export function printError(sentence: string): void {
  stderr.write(`${printable(sentence)}\n`);
}

/** A list of things: its rows in columns, or `none` beside the data, so that nobody wonders and no script counts a row. */
export function printList(rows: readonly (readonly string[])[], none: string, heads?: readonly string[]): void {
  if (rows.length === 0) printError(none);
  else printColumns(rows, heads);
}

/** Rows in columns; the last column is not padded. On a terminal, heads stand above them. */
export function printColumns(rows: readonly (readonly string[])[], heads?: readonly string[]): void {
  const isForPeople = heads !== undefined && stdout.isTTY && rows.length > 0;
  const clean = [...(isForPeople ? [heads] : []), ...rows].map((row) => row.map((cell) => printable(cell)));
  const widths = (clean[0] ?? []).map((_, column) =>
    clean.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  clean.forEach((row, index) => {
    const cells = row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)));
    const isHead = isForPeople && index === 0;
    stdout.write(`${isHead ? styled('bold', cells.join('  ')) : cells.map(coloured).join('  ')}\n`);
  });
}

/** Words that have a colour wherever they stand alone in a cell. */
const colours: Readonly<Record<string, 'green' | 'yellow' | 'red' | 'dim'>> = {
  online: 'green',
  complete: 'green',
  done: 'green',
  'in-progress': 'yellow',
  never: 'dim',
  offline: 'dim',
  planned: 'dim',
  archived: 'dim',
  failed: 'red',
  conflict: 'red',
};

function coloured(cell: string): string {
  const word = cell.trim();
  return Object.hasOwn(colours, word) ? styled(colours[word] ?? 'dim', cell) : cell;
}

/** Only on a terminal that shows colours, and unless NO_COLOR says not to. */
function styled(format: Format | readonly Format[], text: string): string {
  const formats = [format].flat();
  return process.env.TERM === 'dumb' || formats.length === 0 ? text : styleText(formats, text, { stream: stdout });
}

/** Formats a size in bytes for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
