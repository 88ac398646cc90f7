/** Who reads a channel and who types into it: its owner is told, and each who begins is entered in the machine's audit. One ticket says it all. */
import * as v from 'valibot';
import type { AuditAction } from '#contract/audit.ts';
import type { Reader } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { commitRecorded } from '../../audit/log.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { defineLayout } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Attending } from '../relay.ts';
import { type ChannelRow, WATCHED } from './channel-row.ts';

const time = v.number();

/** A person by one of their keys or sessions. Times in ms since 1970, 0 for never. */
const Attendant = v.object({
  person: v.string(),
  name: v.string(),
  device: v.string(),
  /** They read until then. */
  until: time,
  /** When the audit last got that they read, and that they type. */
  read: time,
  typed: time,
});
type Attendant = v.InferOutput<typeof Attendant>;

const layout = defineLayout('who attends channels', v.array(Attendant));

const actions = { read: 'channel-read', typed: 'channel-typed' } as const satisfies Record<string, AuditAction>;

/** Those who read a channel now, in the order of their persons. */
export async function readersOf(store: Store, record: string): Promise<readonly Reader[]> {
  const now = store.now();
  const { all } = await attendants(store, record);
  return all
    .filter(({ until }) => until > now)
    .map(({ person, name, device }) => ({ channel: record, person, name, device }))
    .sort((a, b) => (`${a.person} ${a.device}` < `${b.person} ${b.device}` ? -1 : 1));
}

/** Says that somebody reads or types. If they begin, it is in the machine's audit first: until this resolves they must not. */
export async function attend(
  store: Store,
  caller: Attending,
  record: string,
  { machine, kind }: Pick<ChannelRow, 'machine' | 'kind'>,
  what: keyof typeof actions,
): Promise<void> {
  const now = store.now();
  const before = ownOf((await attendants(store, record)).all, caller);
  const readMs = before.until - now;
  const isEntered = now - before[what] < limits.attendedAgainMs || (what === 'read' && readMs > 0);
  // It is said anew only now and then.
  if (isEntered && (what === 'typed' || readMs > 0.75 * limits.watchedMs)) return;
  if (!isEntered) {
    const { person, name, via, device } = caller;
    const about = { record, kind, [via]: device };
    const act = { action: actions[what], result: 'done', by: { person, name, via }, machine, about } as const;
    await commitRecorded(store, machineShard(machine), {}, [act]);
  }
  const until = what === 'read' ? { until: now + limits.watchedMs } : {};
  await note(store, caller, record, { ...until, ...(isEntered ? {} : { [what]: now }) });
}

/** Whether the audit has it of late that they type. */
export async function isTypingEntered(store: Store, caller: Attending, record: string): Promise<boolean> {
  const { typed } = ownOf((await attendants(store, record)).all, caller);
  return store.now() - typed < limits.attendedAgainMs;
}

async function attendants(store: Store, record: string) {
  const ticket = await store.ticket(channelShard(record), WATCHED);
  return { value: ticket?.value ?? null, all: ticket === undefined ? [] : layout.parse(ticket.value) };
}

function ownOf(all: readonly Attendant[], { person, name, device }: Attending): Attendant {
  const found = all.find((one) => one.person === person && one.device === device);
  return { ...(found ?? { person, device, until: 0, read: 0, typed: 0 }), name };
}

async function note(store: Store, caller: Attending, record: string, said: Partial<Attendant>): Promise<void> {
  const shard = channelShard(record);
  await untilDone(store, shard, async () => {
    const { value, all } = await attendants(store, record);
    const now = store.now();
    const own = ownOf(all, caller);
    const others = all.filter(({ person, device }) => person !== own.person || device !== own.device);
    const kept = others
      .filter((one) => now - lastOf(one) < limits.attendedAgainMs)
      .sort((a, b) => lastOf(b) - lastOf(a));
    const text = layout.format([{ ...own, ...said }, ...kept.slice(0, limits.attendantsMax - 1)]);
    const commit: Commit = {
      expect: [{ ticket: WATCHED, value }],
      tickets: [{ name: WATCHED, value: text, ttlMs: limits.attendedAgainMs }],
      signal: own.until <= now && said.until !== undefined ? [WATCHED] : [],
      volatile: true,
    };
    return { result: undefined, commit };
  });
}

function lastOf({ until, read, typed }: Attendant): number {
  return Math.max(until, read, typed);
}
