/** Recordings of terminals: asciicast v2, a header and then a line an event. What is hostile, cut off or of another program is passed by. */
import { limits } from './limits.ts';

export interface CastSize {
  readonly cols: number;
  readonly rows: number;
}

export interface CastHeader extends CastSize {
  /** Ms since 1970. */
  readonly startedAt?: number;
  /** What ran. */
  readonly command?: string;
}

/** What was shown, or a size that the terminal got, so many seconds after the start. */
export interface CastEvent {
  readonly at: number;
  readonly output?: string;
  readonly size?: CastSize;
}

/** A player makes longer pauses as short as this. */
export const castPauseSecondsMax = 3;

/** A recording as it comes in pieces of text, which may end within a line. */
export interface CastReader {
  /** Undefined until its line has come. */
  readonly header: CastHeader | undefined;
  /** The events that this piece has completed. */
  add(text: string): readonly CastEvent[];
}

export function createCastReader(): CastReader {
  let rest = '';
  let header: CastHeader | undefined;
  let at = 0;
  return {
    get header() {
      return header;
    },
    add(text) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      const events: CastEvent[] = [];
      for (const line of lines) {
        if (header === undefined) {
          header = castHeader(line);
          continue;
        }
        const event = castEvent(line);
        if (event === undefined) continue;
        // Time does not run backwards.
        at = Math.max(at, event.at);
        events.push({ ...event, at });
      }
      return events;
    },
  };
}

/** The first line of a recording; undefined where it is none. */
export function castHeader(line: string): CastHeader | undefined {
  const { version, width, height, timestamp, command } = Object(parsed(line)) as Readonly<Record<string, unknown>>;
  if (version !== 2) return undefined;
  return {
    ...(sizeOf(width, height) ?? { cols: 80, rows: 24 }),
    ...(typeof timestamp === 'number' ? { startedAt: timestamp * 1000 } : {}),
    ...(typeof command === 'string' ? { command } : {}),
  };
}

/** Another line; undefined where it shows nothing. */
export function castEvent(line: string): CastEvent | undefined {
  const told = parsed(line);
  if (!Array.isArray(told)) return undefined;
  const [at, code, data] = told as readonly unknown[];
  if (typeof at !== 'number' || !Number.isFinite(at) || at < 0 || typeof data !== 'string') return undefined;
  if (code === 'o') return { at, output: data };
  const [, cols, rows] = (code === 'r' && /^(\d{1,5})x(\d{1,5})$/.exec(data)) || [];
  const size = sizeOf(Number(cols), Number(rows));
  return size === undefined ? undefined : { at, size };
}

function sizeOf(cols: unknown, rows: unknown): CastSize | undefined {
  const isSize = (value: unknown, most: number): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most;
  return isSize(cols, limits.terminalColsMax) && isSize(rows, limits.terminalRowsMax) ? { cols, rows } : undefined;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** "1:04", "1:02:03". */
export function lengthText(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  const two = (number: number) => String(number).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(whole % 60)}`;
}
