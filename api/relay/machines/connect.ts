/** A bridge begins an epoch: `holder.ts` says which of two gets it, and a relay that was rewound notices it here. */
import type { ConnectAnswer, ConnectRequest } from '#contract/bridge.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { joined } from '../../store/joined.ts';
import { machineShard, organisationShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { type Decision, untilDone } from '../../store/until-done.ts';
import { journalAtConnect } from '../commands/journal.ts';
import { type NoticeWord, saidKey, tellNotices, toNotice } from '../notices.ts';
import { compareRecords } from '../records/record-compare.ts';
import type { Bare } from '../relay.ts';
import {
  EVENTS,
  type MachineRow,
  POLL,
  PRESENCE,
  RECORD,
  readMachine,
  replace,
  type Step,
  SYNC,
  type SyncRow,
} from '../rows.ts';
import { awayWords, toAway } from './away.ts';
import { conditionWords } from './condition-notices.ts';
import { holderOf, judgeConnect } from './holder.ts';
import { presentFor } from './presence.ts';
import { noteRival } from './rival.ts';
import { tellOf, toTell } from './tell.ts';

/** Epochs above this are nobody's: they would leave no room to count on. */
const EPOCH_MAX = 2 ** 48;

/** Connects a bridge. Throws Problem `machine-removed`, `superseded`, `machine-in-use`, `resync` (a connect that came late), and `body-invalid` where it announces a project twice. */
export async function connect(store: Store, machine: string, request: ConnectRequest): Promise<Bare<ConnectAnswer>> {
  checkProjects(request);
  const shard = machineShard(machine);
  const outcome = await untilDone(store, shard, () => decide(store, machine, request));
  if (outcome instanceof Problem) {
    await tellOf(store, machine);
    throw outcome;
  }
  const { answer, rewound, said } = outcome;
  // The organisation's log may have been rewound with the machine's: another shard, and safe to repeat.
  if (rewound) await turnOrganisation(store, machine);
  await tellOf(store, machine);
  await tellNotices(store, machine, said.map(saidKey));
  await store.touch(shard);
  if (request.records === undefined) return answer;
  return { ...answer, wantRecords: await compareRecords(store, machine, answer.epoch, request.records) };
}

async function turnOrganisation(store: Store, machine: string): Promise<void> {
  const { organisation } = (await readMachine(store, machine)).record.value;
  await store.commit(organisationShard(organisation), { restart: [EVENTS], signal: [EVENTS] });
}

function checkProjects({ projects }: ConnectRequest): void {
  const ids = projects.map(({ id }) => id);
  const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (twice < 0) return;
  throw new Problem('body-invalid', 'This project is announced twice', { pointer: `/projects/${twice}/id` });
}

interface Connected {
  readonly answer: Bare<ConnectAnswer>;
  readonly rewound: boolean;
  /** What people are to hear of it, or no longer. */
  readonly said: readonly NoticeWord[];
}

async function decide(store: Store, machine: string, request: ConnectRequest): Promise<Decision<Connected | Problem>> {
  const { record, sync } = await readMachine(store, machine);
  const now = store.now();
  const resync = sync.value.digest !== request.manifestDigest;
  const answerFor = (epoch: number) =>
    ({ machine, epoch, handle: store.handle, now, resync, waitSeconds: limits.holdMs / 1000 }) as const;
  const { holder, handle, epoch: held } = record.value;
  const isPresent = holder !== undefined && (await store.ticket(machineShard(machine), PRESENCE)) !== undefined;
  switch (judgeConnect(holder, request, isPresent)) {
    case 'repeated':
      // A relay that may have forgotten what it had told begins anew.
      if (handle === store.handle) return { result: { answer: answerFor(held), rewound: false, said: [] } };
      break;
    case 'late':
      throw new Problem('resync', 'A later connect of this bridge was answered before');
    case 'superseded':
      throw new Problem('superseded');
    case 'in-use': {
      const commit = noteRival({ record, sync }, request, now);
      return { result: new Problem('machine-in-use'), ...(commit && { commit }) };
    }
    case 'take':
  }
  const acknowledged = acknowledgedHere(request, store.handle);
  const rewound =
    acknowledged.epoch > sync.value.epoch ||
    (acknowledged.epoch === sync.value.epoch && acknowledged.seq > sync.value.seq);
  const epoch = Math.max(sync.value.epoch, acknowledged.epoch) + 1;
  const isForgetful = rewound || (handle !== undefined && handle !== store.handle);
  const row = connected(record.value, request, { epoch, handle: store.handle, rewound: isForgetful }, now);
  const step: Step = resync ? { is: 'behind', since: now } : { is: 'level' };
  const { uploading, ...kept } = sync.value;
  // The first batch says anew what is left.
  const afterSync: SyncRow = { ...kept, epoch, seq: 0, step };
  const changes = [replace(RECORD, record, row), replace(SYNC, sync, afterSync)];
  const { ticket, due } = presentFor(now);
  const commit = {
    expect: changes.map(({ expect }) => expect),
    put: changes.map(({ put }) => put),
    tickets: [ticket],
    due: [due, ...(isNews(record.value, row) || rewound || uploading ? [toTell(now)] : [])],
    restart: rewound ? [EVENTS] : [],
    signal: [EVENTS, POLL],
  };
  const words = conditionWords(record.value.announced?.conditions, row.announced?.conditions);
  const parts = [toAway(record.value, row, now), toNotice(words, now)];
  const said = [...words, ...awayWords(record.value, row, now)];
  return { result: { answer: answerFor(epoch), rewound, said }, commit: joined(commit, ...parts) };
}

/** What the bridge was acknowledged by this very store; zeros for a bridge that is new to it or tells nonsense. */
function acknowledgedHere({ acknowledged }: ConnectRequest, handle: string): { epoch: number; seq: number } {
  const { epoch, seq } = acknowledged?.handle === handle ? acknowledged : { epoch: 0, seq: 0 };
  return Number.isInteger(epoch) && epoch >= 0 && epoch < EPOCH_MAX ? { epoch, seq } : { epoch: 0, seq: 0 };
}

/** People's name for a machine stands until its owner gives it another on the machine. */
function connected(
  before: MachineRow,
  request: ConnectRequest,
  { rewound, ...given }: Pick<MachineRow, 'epoch' | 'handle'> & { readonly rewound: boolean },
  now: number,
): MachineRow {
  const {
    acknowledged: _,
    manifestDigest: __,
    instance: ___,
    attempt: ____,
    journal: said,
    records: _____,
    ...announced
  } = request;
  const { holder: former, rival: claimed, left: ______, ...kept } = before;
  const journal = journalAtConnect(before.journal, said, rewound ? given.epoch : undefined);
  const holder = holderOf(former, request, given.epoch);
  // Whoever takes the machine over claims it no more.
  const rival = holder?.folder === former?.folder ? claimed : undefined;
  const renamed = before.announced !== undefined && before.announced.name !== announced.name;
  const since = before.online ? before.since : now;
  const name = renamed ? announced.name : before.name;
  return {
    ...kept,
    name,
    announced,
    ...given,
    ...(holder && { holder }),
    ...(journal && { journal }),
    ...(rival && { rival }),
    online: true,
    since,
    lastSeenAt: now,
  };
}

function isNews(before: MachineRow, after: MachineRow): boolean {
  const visible = ({ name, online, announced }: MachineRow) => JSON.stringify({ name, online, announced });
  return visible(before) !== visible(after);
}
