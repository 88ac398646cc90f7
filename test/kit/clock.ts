/** Programs of ours whose clock is not that of this machine. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;

/** The environment of a program whose clock is so far ahead. */
export function clockAhead(ms: number): Record<string, string> {
  return ms === 0 ? {} : { NODE_OPTIONS: `--import=${preload}`, SHIFTED_CLOCK_AHEAD_MS: String(ms) };
}
