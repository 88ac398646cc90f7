/** A machine that has been offline for long, and whose bridge has not said that it ends: people are told by a notice of the machine itself, which lasts until it is back. */
import { limits } from '#contract/limits.ts';
import { machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { untilDone } from '../../store/until-done.ts';
import { type NoticeWord, saidKey, tellNotices, toNotice } from '../notices.ts';
import { type MachineRow, RECORD, readMachine } from '../rows.ts';

/** The due id of a machine that has gone offline: it falls due when that is to be said. */
export const AWAY_DUE = 'away';

/** One whose bridge was ended on purpose is away too, and that is no news. */
function isAway({ online, left, since }: MachineRow, nowMs: number): boolean {
  return !online && left === undefined && nowMs - since >= limits.machineAwayMs;
}

/** What a machine says of its being away; nothing while it is there, or has not been away for long. */
function awayWord(row: MachineRow, nowMs: number): NoticeWord {
  const text = 'Start its bridge again, or check whether the machine is asleep.';
  const said = isAway(row, nowMs) ? { topic: 'machine', title: `${row.name} is offline`, text } : undefined;
  return { item: 'machine', key: row.id, said, scope: 'read', at: row.since };
}

/** What is said by a commit by which a machine comes, goes or gets another name. */
export function awayWords(before: MachineRow, after: MachineRow, nowMs: number): readonly NoticeWord[] {
  const isNews = before.online !== after.online || before.name !== after.name;
  return isAway(before, nowMs) && isNews ? [awayWord(after, nowMs)] : [];
}

/** The parts of that commit; tell its words after it. */
export function toAway(
  before: MachineRow,
  after: MachineRow,
  nowMs: number,
): Required<Pick<Commit, 'put' | 'delete' | 'due'>> {
  const parts = toNotice(awayWords(before, after, nowMs), nowMs);
  if (before.online === after.online) return parts;
  const at = after.online || after.left === true ? null : nowMs + limits.machineAwayMs;
  return { ...parts, due: [...parts.due, { id: AWAY_DUE, at }] };
}

/** What is due: says it, if the machine has not come back. */
export async function lapseAway(store: Store, machine: string): Promise<void> {
  const words = await untilDone(store, machineShard(machine), async () => {
    const { record } = await readMachine(store, machine);
    const now = store.now();
    const word = awayWord(record.value, now);
    const result = word.said === undefined ? [] : [word];
    const parts = toNotice(result, now);
    const due = [...parts.due, { id: AWAY_DUE, at: null }];
    return { result, commit: { ...parts, expect: [{ row: RECORD, version: record.version }], due } };
  });
  await tellNotices(store, machine, words.map(saidKey));
}
