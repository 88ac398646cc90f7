/** Results from a bridge: each settles its command, once; a late one replaces `unknown`. */
import * as v from 'valibot';
import type { ResultItem, ResultsAnswer, ResultsRequest } from '#contract/bridge.ts';
import type { CommandProblem } from '#contract/command.ts';
import type { CommandEvent } from '#contract/command-life.ts';
import { Rev } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';
import { isMachineCode, Problem, problems } from '#contract/problems.ts';
import { activity, recorded } from '../../audit/log.ts';
import { joined } from '../../store/joined.ts';
import { machineShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Bare } from '../relay.ts';
import { checkEpoch, parseRecord, RECORD } from '../rows.ts';
import { actsOf, commandRows, moved } from './command-row.ts';
import { changeCommands } from './command-store.ts';
import { COMMANDS, RESULTS } from './command-tables.ts';

/** A problem travels in events: what is longer, in UTF-16 units, is cut. */
const DETAIL_LENGTH_MAX = 2000;
const POINTER_LENGTH_MAX = 200;

type Outcome = ResultsAnswer['items'][number]['outcome'];

/** Takes results, in order. Throws Problem `superseded`, `resync`, `machine-removed`. */
export async function takeResults(
  store: Store,
  machine: string,
  request: ResultsRequest,
): Promise<Bare<ResultsAnswer>> {
  const items: { id: string; outcome: Outcome }[] = [];
  for (const item of request.items) {
    items.push({ id: item.id, outcome: await takeResult(store, machine, request.epoch, item) });
  }
  return { items };
}

async function takeResult(store: Store, machine: string, epoch: number, item: ResultItem): Promise<Outcome> {
  const shard = machineShard(machine);
  return untilDone<Outcome>(store, shard, async () => {
    const names = [RECORD, { table: COMMANDS, key: item.id }, activity.head];
    const [recordRow, found, head] = await store.rows(shard, names);
    const record = parseRecord(recordRow);
    checkEpoch(epoch, record.value);
    // A store that was put back may lack the documents that the result is of: the machine compares them first.
    if (record.value.handle !== store.handle) throw new Problem('resync');
    if (found === undefined) return { result: 'unknown' };
    const before = commandRows.parse(found);
    const now = store.now();
    const result = item.state === 'done' ? serialised(item.result) : undefined;
    const isTooLarge = result !== undefined && result.length > limits.resultBytesMax;
    const event: CommandEvent = isTooLarge ? 'settle-failed' : `settle-${item.state}`;
    const problem = isTooLarge ? tooLarge : item.state === 'done' ? undefined : toProblem(item);
    const after = moved(before.value, event, now, problem);
    if (after === before.value) return { result: 'dup' };
    const stored = result === undefined || isTooLarge ? [] : [{ table: RESULTS, key: item.id, value: result }];
    const resultBytes = stored.length === 0 ? 0 : Buffer.byteLength(result ?? '');
    const { parts: change } = await changeCommands(
      store,
      shard,
      [{ before, after, resultBytes, result: isTooLarge ? undefined : result }],
      now,
    );
    const by = { machine, name: record.value.name, via: 'machine' as const };
    const acts = recorded(
      shard,
      activity,
      head,
      actsOf(before.value, after, by, isTooLarge ? undefined : item.result),
      now,
    );
    return { result: 'ok', commit: joined({ ...change, put: [...change.put, ...stored] }, acts) };
  });
}

function serialised(result: unknown): string | undefined {
  return result === undefined ? undefined : JSON.stringify(result);
}

const tooLarge: CommandProblem = {
  code: 'file-too-large',
  title: 'The result is too large',
  detail: `A result has at most ${limits.resultBytesMax} bytes`,
};

/** What the machine says of a failure, in the relay's own words as far as it has some: a code that a machine may say with the catalogue's title and hint, and the machine's detail, shortened and in printable characters. Nothing for a confirmed cancellation. */
export function toProblem({
  state,
  problem,
}: {
  readonly state?: ResultItem['state'];
  readonly problem?: unknown;
}): CommandProblem | undefined {
  const { success, output } = v.safeParse(SaidByMachine, problem);
  if (!success && state === 'cancelled') return undefined;
  const said: v.InferOutput<typeof SaidByMachine> = success ? output : { detail: 'The machine did not say why' };
  const code = isMachineCode(said.code) ? said.code : 'command-failed';
  const { title, hint } = problems[code];
  const { detail, currentRev, pointer } = said;
  return {
    code,
    title,
    hint,
    ...(detail === undefined ? {} : { detail }),
    ...(currentRev === undefined ? {} : { currentRev }),
    ...(pointer === undefined ? {} : { pointer }),
  };
}

/** Untrusted: whatever else is there is left out, and what does not fit is as if it were not there. */
const SaidByMachine = v.object({
  code: v.fallback(v.optional(v.string()), undefined),
  detail: v.fallback(v.optional(clipped(DETAIL_LENGTH_MAX)), undefined),
  currentRev: v.fallback(v.optional(Rev), undefined),
  pointer: v.fallback(v.optional(clipped(POINTER_LENGTH_MAX)), undefined),
});

function clipped(lengthMax: number) {
  return v.pipe(
    v.string(),
    v.transform((text) => printable(text, lengthMax)),
  );
}
