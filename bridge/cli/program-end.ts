/** How a program on a machine ended, as an exit code here. */
import { constants } from 'node:os';
import * as v from 'valibot';
import { exitCodes } from '../system/exit-codes.ts';

/** The last entry of a channel. */
const Ending = v.object({
  x: v.object({ code: v.optional(v.number()), signal: v.optional(v.string()), reason: v.optional(v.string()) }),
});

export interface ProgramEnd {
  readonly code?: number | undefined;
  readonly signal?: string | undefined;
  /** Why neither is known. */
  readonly reason?: string | undefined;
}

/** As a shell does: the exit code, or 128 and the number of the signal. */
export function exitCodeOfProgram({ code, signal }: ProgramEnd): number {
  if (code !== undefined) return code;
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return number === undefined ? exitCodes.failure : 128 + number;
}

/** The end that an entry tells; undefined for any other. */
export function endIn(entry: unknown): ProgramEnd | undefined {
  const parsed = v.safeParse(Ending, entry);
  return parsed.success ? parsed.output.x : undefined;
}
