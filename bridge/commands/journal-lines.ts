/** The lines of a journal's file. */
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { CommandDelivered, type ResultItem } from '#contract/bridge.ts';
import { SettledState } from '#contract/command.ts';
import { Id } from '#contract/document.ts';
import { EffectStep } from './effects/index.ts';

/** The outcome of a command, as sent to the relay. */
export type Outcome = Omit<ResultItem, 'id' | 'lease'>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** How an item of a command ended that did not succeed. */
const FailedItem = v.object({ at: count, code: v.string(), detail: v.optional(v.string()) });

/** An effect that was about to happen: number `at` of the command's effects. The last one carries the result. */
const Begun = v.object({
  /** The id of its place: a project, or the home of a tool. */
  project: v.string(),
  step: EffectStep,
  at: count,
  isLast: v.boolean(),
  result: v.optional(v.unknown()),
  /** Present where each effect stands alone: `result` is then that of this one, and these have failed since the line before. */
  failed: v.optional(v.pipe(v.array(FailedItem), v.readonly())),
});
export type Begun = v.InferOutput<typeof Begun>;
/** A file of a place, which is about to be written. */
const Beside = v.object({ project: v.string(), path: v.string() });
export type Beside = v.InferOutput<typeof Beside>;
const paths = v.pipe(v.array(v.string()), v.readonly());
const TouchedLine = v.object({ project: v.string(), files: paths, folders: paths });
const Ending = v.object({ state: SettledState, result: v.optional(v.unknown()), problem: v.optional(v.unknown()) });

/** A line of the file. */
export const Line = v.variant('is', [
  /** The first line: the journal's id, and the number of commands that it had received before the lines below. */
  v.object({ is: v.literal('journal'), id: Id, count }),
  v.object({ is: v.literal('received'), command: CommandDelivered }),
  v.object({ is: v.literal('leased'), id: Id, lease: v.string() }),
  /** What it begins outlives the bridge, and may be there from now on. */
  v.object({ is: v.literal('started'), id: Id }),
  /** What a write lays beside these may be there from now on, also where its effect never begins. */
  v.object({ is: v.literal('beside'), id: Id, files: v.pipe(v.array(Beside), v.readonly()) }),
  v.object({ is: v.literal('effect'), id: Id, ...Begun.entries }),
  v.object({
    is: v.literal('settled'),
    id: Id,
    lease: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
    outcome: Ending,
    /** The files and folders that it has changed; kept until the relay has the outcome. */
    touched: v.optional(v.pipe(v.array(TouchedLine), v.readonly())),
    /** The entry that is still missing in the machine's audit log. */
    act: v.optional(v.custom<Act>((value) => typeof value === 'object' && value !== null)),
  }),
  /** What remains of a command whose outcome was acknowledged and whose entry is in the audit log. */
  v.object({
    is: v.literal('ended'),
    id: Id,
    until: v.number(),
    state: SettledState,
    problem: v.optional(v.unknown()),
  }),
  v.object({ is: v.literal('entered'), id: Id }),
  v.object({ is: v.literal('acknowledged'), id: Id, again: v.optional(v.boolean()) }),
]);
export type Line = v.InferOutput<typeof Line>;
export type LineOf<Is extends Line['is']> = Extract<Line, { is: Is }>;
