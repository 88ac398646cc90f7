/** What is heard of a terminal's channel, as text for the terminal here. What is hostile or of another release shows nothing, and breaks nothing. */
import { gunzipSync } from 'node:zlib';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import type { Heard } from './follow-channel.ts';

const Output = v.object({ o: v.string() });
const Resized = v.object({ r: v.tuple([v.number(), v.number()]) });
/** What stands for all that came before. */
const Screen = v.object({ text: v.string(), cols: v.optional(v.number()), rows: v.optional(v.number()) });

/** Clears the screen and what has scrolled off, with usual modes. */
export const anew = '\x1b[!p\x1b[H\x1b[2J\x1b[3J';

export function shownOf(heard: Heard): string {
  if (heard.is === 'snapshot') {
    const text = screenIn(heard.bytes)?.text;
    return text === undefined ? '' : `${anew}${text}`;
  }
  const parsed = v.safeParse(Output, heard.is === 'entry' ? heard.entry : undefined);
  return parsed.success ? parsed.output.o : '';
}

/** The size that the terminal has from here on, where this says one. */
export function sizeIn(heard: Heard): readonly [number, number] | undefined {
  if (heard.is === 'snapshot') {
    const { cols, rows } = screenIn(heard.bytes) ?? {};
    return cols === undefined || rows === undefined ? undefined : [cols, rows];
  }
  const parsed = v.safeParse(Resized, heard.is === 'entry' ? heard.entry : undefined);
  return parsed.success ? parsed.output.r : undefined;
}

/** The screen that a snapshot says; undefined where it is none, which is as if it were lost. */
function screenIn(gzip: Buffer): v.InferOutput<typeof Screen> | undefined {
  try {
    const json = gunzipSync(gzip, { maxOutputLength: limits.snapshotBytesMax }).toString('utf8');
    const parsed = v.safeParse(Screen, JSON.parse(json));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
