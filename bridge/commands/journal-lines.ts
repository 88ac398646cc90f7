/** The lines of a journal, as they stand in its file. */
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { CommandDelivered, type ResultItem } from '#contract/bridge.ts';
import { SettledState } from '#contract/command.ts';
import { Id } from '#contract/document.ts';
import { EffectStep } from './effects/index.ts';

/** What became of a command, as it is told to the relay. */
export type Outcome = Omit<ResultItem, 'id' | 'lease'>;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** An effect that was about to happen: of a command with several, the `at`-th; the last one brings the result. */
const Begun = v.object({
  project: v.string(),
  step: EffectStep,
  at: count,
  isLast: v.boolean(),
  result: v.optional(v.unknown()),
});
export type Begun = v.InferOutput<typeof Begun>;
const paths = v.pipe(v.array(v.string()), v.readonly());
const TouchedLine = v.object({ project: v.string(), files: paths, folders: paths });
const Ending = v.object({ state: SettledState, result: v.optional(v.unknown()), problem: v.optional(v.unknown()) });

/** A line of the file. */
export const Line = v.variant('is', [
  /** At the head: which journal this is, and how many commands had been received before the lines below. */
  v.object({ is: v.literal('journal'), id: Id, count }),
  v.object({ is: v.literal('received'), command: CommandDelivered }),
  v.object({ is: v.literal('leased'), id: Id, lease: v.string() }),
  v.object({ is: v.literal('effect'), id: Id, ...Begun.entries }),
  v.object({
    is: v.literal('settled'),
    id: Id,
    lease: v.optional(v.string()),
    expiresAt: v.optional(v.number()),
    outcome: Ending,
    /** Where it had changed something, until the relay has its outcome. */
    touched: v.optional(v.pipe(v.array(TouchedLine), v.readonly())),
    /** What has to be entered in the machine's audit log yet. */
    act: v.optional(v.custom<Act>((value) => typeof value === 'object' && value !== null)),
  }),
  /** Of one that was told and entered: what is left of it. */
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
