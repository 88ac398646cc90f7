/** Who reads a channel and who types into it: its owner is told, and each who begins is entered in the machine's audit. One ticket says it all. */
import * as v from 'valibot';
import type { AuditAction } from '#contract/audit.ts';
import type { Reader } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import { withRecord } from '../../audit/log.ts';
import { channelShard, machineShard } from '../../store/shards.ts';
import type { Commit, Store } from '../../store/store.ts';
import { defineLayout } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';
import type { Attending } from '../relay.ts';
import { type ChannelRow, WATCHED } from './channel-row.ts';

/** A person by one of their keys or sessions. */
const Attendant = v.object({
  person: v.string(),
  name: v.string(),
  device: v.string(),
  /** They read until then, in ms since 1970; 0 for never. */
  until: v.number(),
});
type Attendant = v.InferOutput<typeof Attendant>;

const layout = defineLayout('who reads channels', v.array(Attendant));

const actions = { read: 'channel-read', typed: 'channel-typed' } as const satisfies Record<string, AuditAction>;

/** Those who read a channel now, in the order of their persons. */
export async function readersOf(store: Store, record: string): Promise<readonly Reader[]> {
  const now = store.now();
  const { all } = await readers(store, record);
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
  const own = what === 'read' ? ownOf((await readers(store, record)).all, caller) : undefined;
  const readMs = (own?.until ?? 0) - store.now();
  // Who reads on for hours has begun once.
  if (readMs <= 0) await enter(store, caller, record, { machine, kind }, what);
  // It is said anew only now and then.
  if (own !== undefined && readMs <= 0.75 * limits.watchedMs) await note(store, caller, record);
}

/** Whether the audit has it of late that they type. */
export async function isTypingEntered(
  store: Store,
  { person, device }: Attending,
  record: string,
  { machine }: Pick<ChannelRow, 'machine'>,
): Promise<boolean> {
  return (await store.ticket(machineShard(machine), enteredTicket(record, 'typed', person, device))) !== undefined;
}

/** Says that the audit has it, until they may be entered again. It is set by the commit that enters them. */
function enteredTicket(record: string, what: keyof typeof actions, person: string, device: string): string {
  return `entered.${what}.${record}.${person}.${device}`;
}

async function enter(
  store: Store,
  { person, name, via, device }: Attending,
  record: string,
  { machine, kind }: Pick<ChannelRow, 'machine' | 'kind'>,
  what: keyof typeof actions,
): Promise<void> {
  const shard = machineShard(machine);
  const ticket = enteredTicket(record, what, person, device);
  const about = { record, kind, [via]: device };
  const act = { action: actions[what], result: 'done', by: { person, name, via }, machine, about } as const;
  await untilDone(store, shard, async () => {
    if ((await store.ticket(shard, ticket)) !== undefined) return { result: undefined };
    const commit: Commit = {
      expect: [{ ticket, value: null }],
      tickets: [{ name: ticket, value: '', ttlMs: limits.attendedAgainMs }],
    };
    return { result: undefined, commit: await withRecord(store, shard, commit, [act]) };
  });
}

async function readers(store: Store, record: string) {
  const ticket = await store.ticket(channelShard(record), WATCHED);
  return { value: ticket?.value ?? null, all: ticket === undefined ? [] : layout.parse(ticket.value) };
}

function ownOf(all: readonly Attendant[], { person, name, device }: Attending): Attendant {
  const found = all.find((one) => one.person === person && one.device === device);
  return { ...(found ?? { person, device, until: 0 }), name };
}

async function note(store: Store, caller: Attending, record: string): Promise<void> {
  const shard = channelShard(record);
  await untilDone(store, shard, async () => {
    const { value, all } = await readers(store, record);
    const now = store.now();
    const own = ownOf(all, caller);
    const kept = all
      .filter(({ person, device, until }) => until > now && (person !== own.person || device !== own.device))
      .sort((a, b) => b.until - a.until);
    const text = layout.format([{ ...own, until: now + limits.watchedMs }, ...kept.slice(0, limits.attendantsMax - 1)]);
    const commit: Commit = {
      expect: [{ ticket: WATCHED, value }],
      tickets: [{ name: WATCHED, value: text, ttlMs: limits.watchedMs }],
      signal: own.until <= now ? [WATCHED] : [],
      volatile: true,
    };
    return { result: undefined, commit };
  });
}
