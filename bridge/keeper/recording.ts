/** Records a terminal as asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/), a line an event. */
import { printable } from '#contract/printable.ts';
import { type CappedFile, openCappedFile } from './capped-file.ts';

export interface Recording {
  output(text: string): void;
  resize(cols: number, rows: number): void;
  end(): Promise<void>;
}

interface Wanted {
  readonly argv: readonly string[];
  readonly cols: number;
  readonly rows: number;
  readonly bytesMax: number;
}

/** Of a command line, as much as a list shows. */
const COMMAND_LENGTH_MAX = 200;

/** Begins a recording of at most `bytesMax` bytes; what comes after that is not recorded. Throws a KeeperRefusal. */
export async function openRecording(
  dataFolder: string,
  path: string,
  { argv, cols, rows, bytesMax }: Wanted,
): Promise<Recording> {
  const file: CappedFile = await openCappedFile(dataFolder, path, { left: bytesMax });
  const began = performance.now();
  let isFull = false;
  const line = (value: unknown) => {
    // A full one costs a program that writes on nothing more.
    if (!isFull) isFull = !file.write(Buffer.from(`${JSON.stringify(value)}\n`));
  };
  const event = (code: 'o' | 'r', data: string) => line([Math.round(performance.now() - began) / 1000, code, data]);
  const command = printable(argv.join(' '), COMMAND_LENGTH_MAX);
  const timestamp = Math.floor(Date.now() / 1000);
  line({ version: 2, width: cols, height: rows, timestamp, command, env: { TERM: 'xterm-256color' } });
  return {
    output: (text) => {
      if (text !== '') event('o', text);
    },
    resize: (toCols, toRows) => event('r', `${toCols}x${toRows}`),
    end: () => file.end(),
  };
}
