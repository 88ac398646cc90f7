/** A query: a question to a machine, answered within seconds or not at all. It changes nothing, is told to nobody and is gone once answered. */
import * as v from 'valibot';
import { Id } from './document.ts';
import { limits } from './limits.ts';
import { RelayWord } from './relay-word.ts';

/** The body of `POST /v1/machines/:machine/queries`. */
export const QueryRequest = v.strictObject({
  kind: v.pipe(v.string(), v.maxLength(64)),
  args: v.record(v.string(), v.unknown()),
});
export type QueryRequest = v.InferOutput<typeof QueryRequest>;

/** What the machine answered, and when (ISO 8601). */
export const QueryAnswer = v.object({ result: v.unknown(), asOf: v.string() });
export type QueryAnswer = v.InferOutput<typeof QueryAnswer>;

/** Who asks. The machine's policy decides by the kind; this is for its own log. */
export const Asker = v.object({
  person: Id,
  name: RelayWord,
  role: v.string(),
  scopes: v.array(v.string()),
});
export type Asker = v.InferOutput<typeof Asker>;

/** A question as a bridge gets it. `until`: ms since 1970 by the relay's clock; nobody waits for an answer that comes later. */
export const QueryDelivered = v.object({
  id: Id,
  kind: RelayWord,
  args: v.record(v.string(), v.unknown()),
  by: Asker,
  until: v.number(),
});
export type QueryDelivered = v.InferOutput<typeof QueryDelivered>;

/** What a bridge answers: the kind's result, or a problem (`CommandProblem`). */
export const AnswerItem = v.object({
  id: Id,
  result: v.optional(v.unknown()),
  problem: v.optional(v.unknown()),
});
export type AnswerItem = v.InferOutput<typeof AnswerItem>;

export const AnswersRequest = v.object({
  epoch: v.number(),
  items: v.pipe(v.array(AnswerItem), v.maxLength(limits.queriesPerMachineMax)),
});
export type AnswersRequest = v.InferOutput<typeof AnswersRequest>;
