/** A query: a question to a machine, answered within seconds or not at all. It changes nothing, appears in no feed and is not recorded. */
import * as v from 'valibot';
import { AnyObject } from './any-object.ts';
import { Id } from './document.ts';
import { limits } from './limits.ts';
import { RelayWord } from './relay-word.ts';

/** The body of `POST /v1/machines/:machine/queries`. */
export const QueryRequest = v.strictObject({
  kind: v.pipe(v.string(), v.maxLength(64)),
  args: AnyObject,
});
export type QueryRequest = v.InferOutput<typeof QueryRequest>;

/** The machine's answer, and when it answered (ISO 8601). */
export const QueryAnswer = v.object({ result: v.unknown(), asOf: v.string() });
export type QueryAnswer = v.InferOutput<typeof QueryAnswer>;

/** Who asks. This is for the machine's own log; its policy decides by the kind. */
export const Asker = v.object({
  person: Id,
  name: RelayWord,
  role: v.string(),
  scopes: v.array(v.string()),
});
export type Asker = v.InferOutput<typeof Asker>;

/** A query as a bridge gets it. `until`: ms since 1970 by the relay's clock; a later answer is dropped. */
export const QueryDelivered = v.object({
  id: Id,
  kind: RelayWord,
  args: v.record(v.string(), v.unknown()),
  by: Asker,
  until: v.number(),
});
export type QueryDelivered = v.InferOutput<typeof QueryDelivered>;

/** A bridge's answer: the kind's result, or a problem (`CommandProblem`). */
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
