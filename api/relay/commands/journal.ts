/** What a bridge's word on its journal tells the relay: whether a command that it does not hold was never begun, or may be forgotten. No I/O. */
import type { JournalMark } from '#contract/bridge.ts';
import type { MachineRow } from '../rows.ts';
import { type CommandRow, cancelled, moved } from './command-row.ts';

type Known = MachineRow['journal'];

/** The journal after a connect. Another one, or one that has received less than it said before (a folder that was restored or copied), is a switch. `rewound`: the new epoch, where the relay may have forgotten what it was told. */
export function journalAtConnect(before: Known, said: JournalMark | undefined, rewound?: number): Known {
  if (said === undefined) return before;
  const goesOn = before?.id === said.id && said.count >= before.count;
  const since = rewound ?? before?.rewound;
  const switches = goesOn ? before.switches : (before?.switches ?? 0) + 1;
  return { ...said, switches, ...(since === undefined ? {} : { rewound: since }) };
}

/** The journal after a poll: it grows. One that says less is an older request that comes late. */
export function journalAtPoll(before: Known, said: JournalMark | undefined): Known {
  if (said === undefined || (before?.id === said.id && said.count <= before.count)) return before;
  return before?.id === said.id ? { ...before, ...said } : journalAtConnect(before, said);
}

/** A command that was given to an earlier connection of a bridge, after the bridge has said that it does not hold it: never begun where its journal goes on from the one that it had then. A relay that was rewound may have forgotten how it ended: it asks again, as long as the bridge remembers. */
export function missed(row: CommandRow, epoch: number, journal: Known, nowMs: number): CommandRow {
  const { given, summary } = row;
  if (!given || given.epoch === epoch) return row;
  const isForgetful = given.switches !== (journal?.switches ?? 0);
  const isCertain = given.epoch >= (journal?.rewound ?? 0);
  if (isForgetful || (summary.state === 'unknown' && !isCertain)) {
    const { given: _, ...forgotten } = moved(row, 'forget', nowMs);
    return forgotten;
  }
  if (summary.state === 'unknown') return nowMs < row.expiresAt ? row : { ...moved(row, 'expire', nowMs), given: null };
  const back = moved(row, 'return', nowMs);
  return isCertain ? cancelled({ ...back, given: null }, nowMs) : back;
}
