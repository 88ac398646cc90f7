/** Prints data on stdout and messages on stderr: JSON for programs, columns for people. Names, titles and messages come from relays, bridges and files, so everything printed here is made safe for terminals. */
import { stderr, stdout } from 'node:process';
import { printable, printableJson, printableLines } from '#contract/printable.ts';

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

/** One message for people, beside the data. */
export function printError(sentence: string): void {
  stderr.write(`${printable(sentence)}\n`);
}

/** Rows in columns; the last column is not padded. */
export function printColumns(rows: readonly (readonly string[])[]): void {
  const clean = rows.map((row) => row.map((cell) => printable(cell)));
  const widths = (clean[0] ?? []).map((_, column) =>
    clean.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  for (const row of clean)
    printLine(
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  '),
    );
}

/** Formats a size in bytes for people. */
export function sizeText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
