/** A second bridge that claims a machine while the first one is present: noted for as long as it asks again, and told to people and to the bridge that holds the machine. */
import type { ConnectRequest } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { POLL, RECORD, readMachine, replace } from '../rows.ts';
import { tellOf, toTell } from './tell.ts';

/** The due id of forgetting it. */
export const RIVAL_DUE = 'rival';
/** A claim within this time of the last is not written. */
const RENEW_AFTER_MS = 30_000;

/** The commit by which a refused connect is noted, if it is to be written. */
export function noteRival(
  { record }: Awaited<ReturnType<typeof readMachine>>,
  { name, os }: Pick<ConnectRequest, 'name' | 'os'>,
  now: number,
): Commit | undefined {
  const before = record.value.rival;
  const until = now + limits.rivalKeptMs;
  if (before !== undefined && until - before.until < RENEW_AFTER_MS) return undefined;
  const row = { ...record.value, rival: { name, os, since: before?.since ?? now, until } };
  const { expect, put } = replace(RECORD, record, row);
  const due = [{ id: RIVAL_DUE, at: until }, ...(before === undefined ? [toTell(now)] : [])];
  return { expect: [expect], put: [put], due, ...(before === undefined ? { signal: [POLL] } : {}) };
}

/** Forgets a rival that asks no more. */
export async function lapseRival(store: Store, machine: string): Promise<void> {
  await untilDone(store, machineShard(machine), async () => {
    const { record } = await readMachine(store, machine);
    const now = store.now();
    const { rival, ...row } = record.value;
    const at = rival !== undefined && rival.until > now ? rival.until : null;
    const due = [{ id: RIVAL_DUE, at }];
    if (rival === undefined || at !== null) return { result: undefined, commit: { due } };
    const { expect, put } = replace(RECORD, record, row);
    const commit = { expect: [expect], put: [put], due: [...due, toTell(now)], signal: [POLL] };
    return { result: undefined, commit };
  });
  await tellOf(store, machine);
}
