/** A condition: a state of a machine or project that people should know about while it lasts, with the next step. */
import * as v from 'valibot';
import { Id, OpenName } from './document.ts';
import { limits } from './limits.ts';

/** `topic` is an open name in kebab-case; `title` is one sentence; `hint` is the next step, with the command; `since` is ISO 8601. With `notice`, people are also told by a notice of that topic. At most one for each topic and project. */
export const Condition = v.object({
  topic: v.pipe(v.string(), v.maxLength(64), v.regex(/^[a-z][a-z0-9-]*$/, 'A topic is kebab-case')),
  project: v.optional(Id),
  title: v.pipe(v.string(), v.maxLength(limits.conditionTextMax)),
  hint: v.pipe(v.string(), v.maxLength(limits.conditionTextMax)),
  since: v.pipe(v.string(), v.maxLength(40)),
  notice: v.optional(OpenName),
});
export type Condition = v.InferOutput<typeof Condition>;

export const Conditions = v.pipe(v.array(Condition), v.maxLength(limits.conditionsMax));
