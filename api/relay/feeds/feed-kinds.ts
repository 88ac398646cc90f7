/** The kinds of feeds: where the log is, who may read it, how much of it is kept, and what falls due in its shard. A new kind is one line here, or comes with a service. */
import { Problem } from '#contract/problems.ts';
import {
  channelShard,
  machineOfShard,
  machineShard,
  organisationOfShard,
  organisationShard,
  personOfShard,
  personShard,
  recordOfShard,
} from '../../store/shards.ts';
import type { Due, Store } from '../../store/store.ts';
import { CHANNEL_DUE, channelGone, KEEP_DUE, keepChannel } from '../channels/keep-channel.ts';
import { beginningOf, readChannel, watchChannel } from '../channels/read-channel.ts';
import { COMMAND_DUE } from '../commands/command-tables.ts';
import { lapseCommand } from '../commands/lapse-command.ts';
import { AWAY_DUE, lapseAway } from '../machines/away.ts';
import { keepMachine } from '../machines/keep-machine.ts';
import { finishRemoval, REMOVAL_DUE } from '../machines/machines.ts';
import { OFFLINE_DUE, type Presence } from '../machines/presence.ts';
import { lapseRival, RIVAL_DUE } from '../machines/rival.ts';
import { TELL_DUE, tellDue } from '../machines/tell.ts';
import { TELL_NOTICE_DUE, tellNotices } from '../notices.ts';
import { forgetPerson, LEFT_DUE, type Left } from '../person-left.ts';
import type { Attending, FeedCaller, Serialised } from '../relay.ts';
import { MACHINES, type MachineRow, parseRecord, RECORD } from '../rows.ts';
import type { Beginning, Reading } from './feed-reader.ts';
import { keepUp, logRetention, type Retention, UPKEEP_DUE } from './retention.ts';

/** Does something whose time has come; `owner` is whose the shard is. Safe to repeat. */
type Act = (context: ActContext, owner: string, due: Due) => Promise<void>;

export interface DueContext {
  readonly store: Store;
  readonly presence: Presence;
  /** Removes what others than the core keep of a person who has left. Safe to repeat. */
  readonly onLeft?: (whose: Left) => Promise<void>;
}

interface ActContext extends DueContext {
  /** Of the kind of feed. */
  readonly retention: Retention;
}

export interface FeedKind {
  /** The shard of a feed; `id` is what follows the kind's letter and dot. */
  readonly shard: (caller: FeedCaller, id: string) => string;
  /** Whose a shard is; undefined for the shard of another kind. */
  readonly owner: (shard: string) => string | undefined;
  /** Throws the Problem for which the caller may not read it. */
  readonly mayRead: (store: Store, caller: FeedCaller, id: string) => Promise<void>;
  readonly retention: Retention;
  /** What stands for the entries before it, where a reader of the whole begins; undefined where they begin with the first. */
  readonly begin?: (store: Store, id: string) => Promise<Beginning | undefined>;
  /** Says until disposed that somebody reads it; resolves once they may. */
  readonly watch?: (store: Store, caller: Attending, id: string) => Promise<Disposable>;
  /** By the id of the due, or what it has up to its colon. */
  readonly dues: Readonly<Record<string, Act>>;
}

/** A kind of feed that a service brings. */
export interface ServiceFeedKind extends FeedKind {
  /** All items of a feed, as `itemText` makes them. */
  readonly items: (store: Store, caller: FeedCaller, id: string) => Promise<readonly Serialised[]>;
}

const ownOnly: FeedKind['mayRead'] = async (_store, _caller, id) => {
  if (id !== '') throw new Problem('feed-unknown');
};

/** What is due of a machine that is gone has nothing to do. */
function ofMachine(act: (context: ActContext, row: MachineRow, due: Due) => Promise<void>): Act {
  return async (context, _machine, due) => {
    const record = await context.store.row(due.shard, RECORD.table, RECORD.key);
    if (record === undefined) return forget(context.store, due);
    await act(context, parseRecord(record).value, due);
  };
}

const rest = ({ id }: Due, prefix: string) => id.slice(prefix.length);

const coreKinds = {
  o: {
    shard: ({ organisation }) => organisationShard(organisation),
    owner: organisationOfShard,
    mayRead: ownOnly,
    retention: logRetention,
    dues: {
      [UPKEEP_DUE]: ({ store, retention }, _organisation, { shard }) => keepUp(store, shard, retention),
      [REMOVAL_DUE]: ({ store }, organisation, due) => finishRemoval(store, organisation, rest(due, REMOVAL_DUE)),
      [LEFT_DUE]: async ({ store, onLeft }, organisation, due) => {
        const whose = { organisation, person: rest(due, LEFT_DUE) };
        await onLeft?.(whose);
        await forgetPerson(store, whose);
      },
    },
  },
  p: {
    shard: ({ organisation, person }) => personShard(organisation, person),
    owner: personOfShard,
    mayRead: ownOnly,
    retention: logRetention,
    dues: { [UPKEEP_DUE]: ({ store, retention }, _person, { shard }) => keepUp(store, shard, retention) },
  },
  m: {
    shard: (_caller, id) => machineShard(id),
    owner: machineOfShard,
    mayRead: async (store, { organisation }, id) => {
      const listed = await store.row(organisationShard(organisation), MACHINES, id);
      if (listed === undefined) throw new Problem('machine-unknown');
    },
    retention: logRetention,
    dues: {
      [UPKEEP_DUE]: ofMachine(({ store, retention }, row) => keepMachine(store, row, retention)),
      [OFFLINE_DUE]: ofMachine(({ presence }, { id }, { at }) => presence.lapse(id, at)),
      [AWAY_DUE]: ofMachine(({ store }, { id }) => lapseAway(store, id)),
      [RIVAL_DUE]: ofMachine(({ store }, { id }) => lapseRival(store, id)),
      [TELL_DUE]: ofMachine(({ store }, { id }) => tellDue(store, id)),
      [TELL_NOTICE_DUE]: ofMachine(({ store }, { id }, due) => tellNotices(store, id, [rest(due, TELL_NOTICE_DUE)])),
      [COMMAND_DUE]: ofMachine(({ store }, { id }, due) => lapseCommand(store, id, due)),
      [CHANNEL_DUE]: ofMachine(({ store }, { id }, due) => channelGone(store, id, rest(due, CHANNEL_DUE))),
    },
  },
  c: {
    shard: (_caller, id) => channelShard(id),
    owner: recordOfShard,
    mayRead: async (store, caller, id) => void (await readChannel(store, caller, id)),
    retention: logRetention,
    begin: beginningOf,
    watch: watchChannel,
    dues: { [KEEP_DUE]: ({ store }, record) => keepChannel(store, record) },
  },
} as const satisfies Record<string, FeedKind>;

/** The kinds of this relay: those of the core, and those of its services. */
export interface FeedKinds {
  /** The shard of a feed that the caller may read. Throws `feed-unknown`, `machine-unknown`, `channel-unknown`. */
  shardOf(store: Store, caller: FeedCaller, feed: string): Promise<string>;
  /** How a feed is read, beside its log. */
  reading(store: Store, caller: Attending, feed: string): Reading;
  /** All items of a feed of a service; undefined for one of the core. */
  items(store: Store, caller: FeedCaller, feed: string): Promise<readonly Serialised[] | undefined>;
  /** Does what is due, as the kind of feed says that its shard has; what it does not know is of another release. */
  actOn(context: DueContext, due: Due): Promise<void>;
}

/** The kinds of the core, and more by letter. A letter that is taken is a defect. */
export function createFeedKinds(more: Readonly<Record<string, ServiceFeedKind>> = {}): FeedKinds {
  const taken = Object.keys(more).find((letter) => Object.hasOwn(coreKinds, letter));
  if (taken !== undefined) throw new Error(`The kind of feed ${taken} is the core's`);
  const kinds = new Map<string, FeedKind>(Object.entries({ ...coreKinds, ...more }));
  const kindOf = (feed: string) => {
    const [letter = '', ...others] = feed.split('.');
    return { letter, id: others.join('.'), kind: kinds.get(letter) };
  };
  return {
    shardOf: async (store, caller, feed) => {
      const { kind, id } = kindOf(feed);
      if (kind === undefined) throw new Problem('feed-unknown');
      await kind.mayRead(store, caller, id);
      return kind.shard(caller, id);
    },
    reading: (store, caller, feed) => {
      const { kind: { begin, watch } = {}, id } = kindOf(feed);
      return {
        ...(begin === undefined ? {} : { begin: () => begin(store, id) }),
        ...(watch === undefined ? {} : { watch: () => watch(store, caller, id) }),
      };
    },
    items: async (store, caller, feed) => {
      const { letter, id } = kindOf(feed);
      return Object.hasOwn(more, letter) ? await more[letter]?.items(store, caller, id) : undefined;
    },
    actOn: async (context, due) => {
      const kind = [...kinds.values()].find(({ owner }) => owner(due.shard) !== undefined);
      const name = /^[^:]*:?/.exec(due.id)?.[0] ?? '';
      const act = kind !== undefined && Object.hasOwn(kind.dues, name) ? kind.dues[name] : undefined;
      if (kind === undefined || act === undefined) return forget(context.store, due);
      await act({ ...context, retention: kind.retention }, kind.owner(due.shard) ?? '', due);
    },
  };
}

async function forget(store: Store, { shard, id }: Due): Promise<void> {
  await store.commit(shard, { due: [{ id, at: null }] });
}
