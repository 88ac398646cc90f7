/** Queries on the machine: checked by the same policy as commands, answered in parallel to them, and not in the journal. */
import type { Act } from '#contract/audit.ts';
import { type QueryKindName, queryKind } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { AnswerItem, QueryDelivered } from '#contract/query.ts';
import type { RecordTold } from '#contract/record.ts';
import type { Examine } from '../doctor/examiner.ts';
import { codeOf, fileFailed } from '../files/guard.ts';
import { editTime } from './edit-time.ts';
import type { MachineQueryContext, QueryContext, QueryHandler } from './handler.ts';
import { aboutOf, judgeWish } from './judge.ts';
import { queryHandlers } from './kinds/index.ts';
import { type MachineDeps, machineOf } from './machine.ts';
import { onceRead } from './once-read.ts';
import { outcomeOf } from './outcome.ts';

export interface QueriesDeps extends MachineDeps {
  /** The relay's clock in ms since 1970, as this machine knows it. */
  readonly serverNow: () => number;
  /** What this machine tells of its projects beside their files. */
  readonly records: () => readonly RecordTold[];
  readonly examine: Examine;
  /** Records a query in the machine's own audit log. */
  readonly record: (act: Act) => void;
  /** Called when there is something in `answers()`. */
  readonly onAnswer: () => void;
  /** Called with defects of the bridge. */
  readonly onDefect: (id: string, error: unknown) => void;
}

export interface Queries {
  /** Takes questions; one that is known already is not begun again. */
  ask(queries: readonly QueryDelivered[]): void;
  /** Ids of all whose answers the relay has not taken, for the poll. */
  asking(): readonly string[];
  /** Answers that the relay has not taken. */
  answers(): readonly AnswerItem[];
  /** The relay has them, or does not want them any more. */
  answered(ids: readonly string[]): void;
}

/** A query that is here, with its answer once there is one. */
interface Open {
  readonly until: number;
  readonly answer?: AnswerItem;
}

/** Answers queries, a few at once and the others in their order. */
export function createQueries(deps: QueriesDeps): Queries {
  const open = new Map<string, Open>();
  const waiting: QueryDelivered[] = [];
  let running = 0;
  /** Nobody waits for these any more. */
  const dropLate = () => {
    for (const [id, { until }] of open) if (deps.serverNow() > until) open.delete(id);
  };
  const run = async (query: QueryDelivered) => {
    running += 1;
    const answer = await answerTo(query, deps);
    running -= 1;
    if (open.has(query.id)) open.set(query.id, { until: query.until, answer });
    dropLate();
    deps.onAnswer();
    runNext();
  };
  const runNext = () => {
    while (running < limits.queriesAtOnceMax) {
      const next = waiting.shift();
      if (next === undefined) return;
      if (open.has(next.id)) void run(next);
    }
  };
  return {
    ask: (queries) => {
      dropLate();
      for (const query of queries) {
        if (open.has(query.id) || open.size >= limits.queriesPerMachineMax) continue;
        open.set(query.id, { until: query.until });
        waiting.push(query);
      }
      runNext();
    },
    asking: () => [...open.keys()],
    answers: () => [...open.values()].flatMap(({ answer }) => answer ?? []),
    answered: (ids) => {
      for (const id of ids) open.delete(id);
    },
  };
}

async function answerTo(query: QueryDelivered, deps: QueriesDeps): Promise<AnswerItem> {
  const { id, kind, by } = query;
  try {
    const result = await runQuery(query, deps);
    deps.record(actOf(query, 'done'));
    return { id, result };
  } catch (error) {
    const problem = codeOf(error) === undefined || error instanceof Problem ? error : fileFailed(error);
    if (!(problem instanceof Problem)) deps.onDefect(`${kind} of ${by.name}`, error);
    const outcome = outcomeOf(problem);
    deps.record(actOf(query, outcome.state, outcome.problem));
    return { id, problem: outcome.problem };
  }
}

async function runQuery(query: QueryDelivered, deps: QueriesDeps): Promise<unknown> {
  const kind = queryKind(query.kind);
  if (kind === undefined) throw new Problem('kind-unknown', `This bridge does not know "${query.kind.slice(0, 64)}".`);
  const { args, project } = await judgeWish(kind, { kind: query.kind, args: query.args }, deps, deps.projects());
  const leftMs = Math.ceil(query.until - deps.serverNow());
  const signal = AbortSignal.timeout(Math.min(Math.max(leftMs, 0), limits.queryMs));
  // The registry ties each name to the handler of its args, which a name that is only known at run time cannot show.
  const handler = queryHandlers[query.kind as QueryKindName] as QueryHandler<QueryKindName>;
  const asked = { signal, by: query.by, watchList: deps.watchList };
  const context = (
    project === undefined
      ? { ...(await machineOf(deps)), now: editTime(deps.serverNow()), examine: deps.examine, ...asked }
      : { project, records: deps.records(), ...asked }
  ) as QueryContext & MachineQueryContext;
  return await onceRead(project, signal, async () => await handler(args as Parameters<typeof handler>[0], context));
}

/** What the machine's own log says of a query that was answered. */
function actOf(query: QueryDelivered, result: Act['result'], problem?: unknown): Act {
  const { id, by } = query;
  const about = { ...aboutOf(query, problem), query: id };
  return { action: 'query-answered', result, by: { name: by.name, via: 'relay' }, about };
}
