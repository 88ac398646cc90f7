/** Queries: a question waits in a row until the machine's poll takes it along, its answer in a ticket until the call that asked has it, on whichever process that is. Nothing of it is told, recorded or kept. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import type { ResultsAnswer } from '#contract/bridge.ts';
import { Id } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { isMachineCode, Problem } from '#contract/problems.ts';
import { type AnswerItem, type AnswersRequest, type Asker, type QueryAnswer, QueryDelivered } from '#contract/query.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { defineLayout, defineTable } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import { toProblem } from '../commands/results.ts';
import type { Bare, Machines, Queries } from '../relay.ts';
import { checkEpoch, iso, POLL, PRESENCE, parseRecord, RECORD } from '../rows.ts';
import { openWaiter } from '../waiter.ts';
import { createAsking } from './asking.ts';

/** In a machine's shard, by id: questions that wait for their answers. One that cannot be read is not told. */
const questions = defineTable('queries', QueryDelivered);

/** The ticket of an answer, and the signal that it has come. */
const answerTo = (id: string) => `answer:${id}`;

/** Builds the people's side of queries. */
export function createQueries(store: Store, machines: Machines): Queries {
  const asking = createAsking();
  return {
    ask: async (organisation, idOrName, request, by, signal) => {
      using _counted = asking.take(organisation, by.person);
      // Mostly it is named by its id, and a way to the store and back is saved.
      const named = machineShard(idOrName);
      const ahead = v.is(Id, idOrName) ? readAsked(store, named) : undefined;
      const [machine, read] = await Promise.all([machines.resolve(organisation, idOrName), ahead]);
      const shard = machineShard(machine);
      const id = randomBytes(12).toString('base64url');
      using waiter = openWaiter((wake) => [store.listen(shard, answerTo(id), wake)]);
      const until = await put(store, shard, { id, ...request, by }, shard === named ? read : undefined);
      const deadline = performance.now() + until - store.now();
      for (let leftMs = limits.queryMs; leftMs > 0 && !signal.aborted; ) {
        leftMs = deadline - performance.now();
        await waiter.wait(leftMs, signal);
        const found = await store.ticket(shard, answerTo(id));
        if (found !== undefined) return parseAnswer(found.value);
      }
      await store.commit(shard, { delete: [questions.at(id)], volatile });
      throw new Problem('machine-silent');
    },
  };
}

/** Nobody waits for an answer after a power cut. */
const volatile = true;

/** A question is not kept for later. */
const hint = 'Ask again when it is back online. Only the machine can answer this.';

/** What putting a question looks at: the machine, whether it is there, and what is asked of it. */
async function readAsked(store: Store, shard: string) {
  const [recordRow, presence, { rows }] = await Promise.all([
    store.row(shard, RECORD.table, RECORD.key),
    store.ticket(shard, PRESENCE),
    questions.list(store, shard, undefined, 2 * limits.queriesPerMachineMax),
  ]);
  return { recordRow, presence, rows };
}

/** Puts a question where the poll finds it; resolves to how long it may wait, in ms since 1970. `ahead`: what was just read. */
async function put(
  store: Store,
  shard: string,
  question: Omit<QueryDelivered, 'until'>,
  ahead?: Awaited<ReturnType<typeof readAsked>>,
): Promise<number> {
  let first = ahead;
  return untilDone(store, shard, async () => {
    const { recordRow, presence, rows } = first ?? (await readAsked(store, shard));
    first = undefined;
    const { announced } = parseRecord(recordRow).value;
    if (presence === undefined) throw new Problem('machine-unavailable', undefined, { hint });
    if (announced !== undefined && !announced.kinds.includes(question.kind)) throw new Problem('kind-unsupported');
    const now = store.now();
    const asked = rows.map(({ value }) => value);
    checkRoom(
      asked.filter(({ until }) => until > now),
      question.by,
    );
    const until = now + limits.queryMs;
    const name = questions.at(question.id);
    const commit = {
      expect: [{ row: name, version: 0 }],
      put: [questions.put(question.id, { ...question, until })],
      // Left by a process that was killed while it waited.
      delete: asked.filter((one) => one.until <= now).map(({ id }) => questions.at(id)),
      signal: [POLL],
      volatile,
    } as const;
    return { result: until, commit };
  });
}

/** Throws Problem `too-many-queries`. */
function checkRoom(waiting: readonly QueryDelivered[], { person }: Asker): void {
  const own = waiting.filter(({ by }) => by.person === person).length;
  const { queriesPerMachineMax: most, queriesPerPersonMax: share } = limits;
  if (own >= share)
    throw new Problem(
      'too-many-queries',
      `${own} of your questions wait for this machine; one person may have ${share}.`,
    );
  if (waiting.length >= most)
    throw new Problem('too-many-queries', `${waiting.length} questions wait for this machine; it takes ${most}.`);
}

/** The questions that a bridge has to be told of: all that wait, but for those that it is working on. */
export async function waitingQueries(
  store: Store,
  shard: string,
  asking: readonly string[],
): Promise<readonly QueryDelivered[]> {
  const { rows } = await questions.list(store, shard, undefined, 2 * limits.queriesPerMachineMax);
  const now = store.now();
  return rows.map(({ value }) => value).filter(({ id, until }) => until > now && !asking.includes(id));
}

/** Takes answers. Throws Problem `superseded`, `resync`, `machine-removed`. */
export async function takeAnswers(
  store: Store,
  machine: string,
  { epoch, items }: AnswersRequest,
): Promise<Bare<ResultsAnswer>> {
  const shard = machineShard(machine);
  const taken: { id: string; outcome: 'ok' | 'unknown' }[] = [];
  for (const item of items) {
    const outcome = await untilDone(store, shard, async () => {
      const name = questions.at(item.id);
      const [recordRow, found] = await store.rows(shard, [RECORD, name]);
      checkEpoch(epoch, parseRecord(recordRow).value);
      if (found === undefined) return { result: 'unknown' as const };
      const ticket = { name: answerTo(item.id), value: answerText(item, store.now()), ttlMs: limits.queryAnswerKeptMs };
      const expect = [{ row: name, version: found.version }];
      return {
        result: 'ok' as const,
        commit: { expect, delete: [name], tickets: [ticket], signal: [answerTo(item.id)], volatile },
      };
    });
    taken.push({ id: item.id, outcome });
  }
  return { items: taken };
}

const answers = defineLayout(
  'the answers of machines',
  v.object({
    result: v.optional(v.unknown()),
    problem: v.optional(v.looseObject({ code: v.string(), detail: v.optional(v.string()) })),
    asOf: v.string(),
  }),
);

function answerText({ result, problem }: AnswerItem, nowMs: number): string {
  const asOf = iso(nowMs);
  if (problem !== undefined) return JSON.stringify({ problem: toProblem({ problem }), asOf });
  const text = JSON.stringify({ result: result ?? null, asOf });
  if (Buffer.byteLength(text) <= limits.resultBytesMax) return text;
  const detail = `An answer has at most ${limits.resultBytesMax} bytes.`;
  return JSON.stringify({ problem: { code: 'file-too-large', detail }, asOf });
}

/** Throws the machine's problem. */
function parseAnswer(text: string): QueryAnswer {
  const { result, problem, asOf } = answers.parse(text);
  if (problem === undefined) return { result, asOf };
  const code = isMachineCode(problem.code) ? problem.code : 'command-failed';
  throw new Problem(code, problem.detail);
}
