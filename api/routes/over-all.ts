/** Paths of queries over all projects of all machines: each copy at the relay answers for itself, and says as of when. */
import * as v from 'valibot';
import { queryKind } from '#contract/kinds/index.ts';
import type { QueryKind } from '#contract/kinds/kind.ts';
import { PROTOCOL } from '#contract/version.ts';
import type { PersonCaller } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Relay } from '../relay/relay.ts';
import type { AnyCall } from './call.ts';
import { parseArgs } from './sending.ts';

const where = { machine: v.string(), machineName: v.string(), project: v.string(), projectName: v.string() };

/** The answer of such a path. */
export const OverAll = v.object({
  p: v.literal(PROTOCOL),
  source: v.literal('relay'),
  /** Of the machine that was heard of longest ago; each item has its own. */
  asOf: v.string(),
  result: v.object({
    items: v.array(v.looseObject({ ...where, asOf: v.string() })),
    /** Projects of which the relay does not hold enough now. Ask their machines. */
    unanswered: v.array(v.object(where)),
  }),
});

const Items = v.object({ items: v.array(v.record(v.string(), v.unknown())) });

/** The handler of such a path. */
export function overAllHandler(kindName: string, { documents }: NonNullable<QueryKind['over']>, relay: Relay) {
  return async ({ query, caller }: AnyCall): Promise<Reply> => {
    const kind = queryKind(kindName);
    const { organisation } = caller as PersonCaller;
    const asked = v.parse(v.record(v.string(), v.unknown()), query);
    const items: object[] = [];
    const unanswered: object[] = [];
    let asOf = new Date().toISOString();
    for await (const { machine, project, copy } of relay.documents.copies(organisation, documents)) {
      const at = { machine: machine.id, machineName: machine.name, project: project.id, projectName: project.name };
      const args = kind === undefined ? {} : parseArgs(kind, { ...asked, project: project.id }, '');
      const answer = copy && (await kind?.answer?.(args, copy));
      if (copy === undefined || answer === undefined) unanswered.push(at);
      else for (const item of v.parse(Items, answer).items) items.push({ ...at, asOf: copy.asOf, ...item });
      if (copy !== undefined && copy.asOf < asOf) asOf = copy.asOf;
    }
    return { json: { source: 'relay', asOf, result: { items, unanswered } } };
  };
}
