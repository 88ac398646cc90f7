/** A second bridge that claims a machine while the first one is present: noted for as long as it asks again, and told to people and to the bridge that holds the machine. */
import type { ConnectRequest } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import type { Commit, Store } from '../store/store.ts';
import { untilDone } from '../store/until-done.ts';
import { appended, machineEvent } from './events.ts';
import { EVENTS, machineShard, POLL, RECORD, readMachine, replace, toMachine } from './rows.ts';

/** The due id of forgetting it. */
export const RIVAL_DUE = 'rival';
/** A claim within this time of the last is not written. */
const RENEW_AFTER_MS = 30_000;

/** The commit by which a refused connect is noted, if it is to be written. */
export function noteRival(
  { record, sync }: Awaited<ReturnType<typeof readMachine>>,
  { name, os }: Pick<ConnectRequest, 'name' | 'os'>,
  now: number,
): Commit | undefined {
  const before = record.value.rival;
  const until = now + limits.rivalKeptMs;
  if (before !== undefined && until - before.until < RENEW_AFTER_MS) return undefined;
  const row = { ...record.value, rival: { name, os, since: before?.since ?? now, until } };
  const { expect, put } = replace(RECORD, record, row);
  const event = appended(machineEvent(toMachine(row, sync.value.counts, true), now));
  const told = before === undefined ? { append: [event], signal: [EVENTS, POLL] } : {};
  return { expect: [expect], put: [put], due: [{ id: RIVAL_DUE, at: until }], ...told };
}

/** Forgets a rival that asks no more. */
export async function lapseRival(store: Store, machine: string): Promise<void> {
  await untilDone(store, machineShard(machine), async () => {
    const { record, sync } = await readMachine(store, machine);
    const now = store.now();
    const { rival, ...row } = record.value;
    const at = rival !== undefined && rival.until > now ? rival.until : null;
    const due = [{ id: RIVAL_DUE, at }];
    if (rival === undefined || at !== null) return { result: undefined, commit: { due } };
    const { expect, put } = replace(RECORD, record, row);
    const event = appended(machineEvent(toMachine(row, sync.value.counts, row.online), now));
    const commit = { expect: [expect], put: [put], append: [event], due, signal: [EVENTS, POLL] };
    return { result: undefined, commit };
  });
}
