/** What the channel of a terminal tells, read so that nothing hostile and nothing of another release breaks the view. */
import { limits } from '#contract/limits.ts';
import type { Size } from './terminal-size.ts';

/** Output, a size, or neither. What was left out comes as a screen. */
export function entryOf(entry: unknown): { readonly output?: string; readonly size?: Size } {
  const { o, r } = Object(entry) as { readonly o?: unknown; readonly r?: unknown };
  const size = Array.isArray(r) && r.length === 2 ? sizeOf(r[0], r[1]) : undefined;
  return { ...(typeof o === 'string' ? { output: o } : {}), ...(size === undefined ? {} : { size }) };
}

/** A snapshot's parts, 80 × 24 where it says no size; undefined where it is no screen. */
export function screenOf(json: string): (Size & { readonly text: string }) | undefined {
  const { cols, rows, text } = Object(parsed(json)) as { cols?: unknown; rows?: unknown; text?: unknown };
  if (typeof text !== 'string') return undefined;
  return { ...(sizeOf(cols, rows) ?? { cols: 80, rows: 24 }), text };
}

function sizeOf(cols: unknown, rows: unknown): Size | undefined {
  if (typeof cols !== 'number' || typeof rows !== 'number') return undefined;
  const isSize = Number.isInteger(cols) && Number.isInteger(rows) && cols > 0 && rows > 0;
  return isSize && cols <= limits.terminalColsMax && rows <= limits.terminalRowsMax ? { cols, rows } : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
