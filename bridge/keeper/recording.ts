/** Records a terminal as asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/), a line an event. */
import { printable } from '#contract/printable.ts';
import { type CappedFile, openCappedFile } from './capped-file.ts';

export interface Recording {
  /** Whole characters. */
  output(bytes: Buffer): void;
  resize(cols: number, rows: number): void;
  end(): Promise<void>;
}

interface Wanted {
  readonly argv: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly bytesMax: number;
}

/** Output that comes within so many ms is one event: a flood costs a write now and then. */
const GATHER_MS = 20;
/** UTF-16 units of one event of output. */
const GATHER_UNITS = 64 * 1024;
/** Of a command line, as much as a list shows. */
const COMMAND_LENGTH_MAX = 200;

/** Begins a recording of at most `bytesMax` bytes; what comes after that is not recorded. Throws a KeeperRefusal. */
export async function openRecording(
  dataFolder: string,
  path: string,
  { argv, cols, rows, bytesMax }: Wanted,
): Promise<Recording> {
  const file: CappedFile = await openCappedFile(dataFolder, path, bytesMax);
  const began = performance.now();
  let isFull = false;
  const line = (value: unknown) => {
    // A full one costs a program that writes on nothing more.
    if (!isFull) isFull = !file.write(Buffer.from(`${JSON.stringify(value)}\n`));
  };
  const now = () => Math.round(performance.now() - began) / 1000;
  let gathered = '';
  let since = 0;
  let later: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(later);
    if (gathered !== '') line([since, 'o', gathered]);
    gathered = '';
  };
  const command = printable(argv.join(' '), COMMAND_LENGTH_MAX);
  const timestamp = Math.floor(Date.now() / 1000);
  line({ version: 2, width: cols, height: rows, timestamp, command, env: { TERM: 'xterm-256color' } });
  return {
    output: (bytes) => {
      if (bytes.length === 0 || isFull) return;
      if (gathered === '') {
        since = now();
        later = setTimeout(flush, GATHER_MS);
      }
      gathered += bytes.toString();
      if (gathered.length >= GATHER_UNITS) flush();
    },
    resize: (toCols, toRows) => {
      flush();
      line([now(), 'r', `${toCols}x${toRows}`]);
    },
    end: () => {
      flush();
      return file.end();
    },
  };
}
