/** Feeds for people: several on one connection by POST, one by its address, everything for a look; by events or by long-poll. */
import { feedOfMachine, machineOfFeed, organisationFeed, personFeed, recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import type { PersonCaller } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import type { FeedPage, Relay, Subscription } from '../relay/relay.ts';
import type { Call, Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { type Opened, startEventStream } from './event-stream.ts';
import { nextOf, pageRequest } from './paging.ts';

/** The handlers of `/v1/stream` and `/v1/feeds/…`. */
export function streamHandlers({ relay, metrics }: RouteDeps) {
  const start = async (opened: Opened, { context, signal }: Pick<Call<'stream'>, 'context' | 'signal'>) => ({
    taken: startEventStream({ relay, metrics }, opened, context, signal),
  });
  return {
    stream: async (call) => {
      const { feeds, machines, handle, live, wait } = call.body;
      const more = { all: machines === 'all', handle };
      const subscription = await relay.feeds.open(call.caller, new Map(Object.entries(feeds)), more);
      if (live === 'sse') return await start({ subscription, isLost: false }, call);
      return await longPoll(relay, subscription, wait, call.signal);
    },
    streamAll: async (call) => {
      const subscription = await relay.feeds.open(
        call.caller,
        new Map([
          [organisationFeed, 'now'],
          [personFeed, 'now'],
        ]),
        { all: true },
      );
      return await start({ subscription, isLost: call.context.get('Last-Event-ID') !== '' }, call);
    },
    feedEvents: async (call) => {
      const { live, wait } = call.query;
      const feed = await feedNamed(relay, call.caller, call.params.feed);
      await relay.feeds.check(call.caller, feed);
      const subscription = await relay.feeds.open(call.caller, new Map([[feed, offsetOf(call, feed)]]));
      if (live === 'sse') return await start({ subscription, isLost: false }, call);
      return await longPoll(relay, subscription, live === undefined ? 0 : wait, call.signal);
    },
    feedSnapshot: async (call) => snapshot(relay, call, call.params.feed),
    snapshot: async (call) => snapshot(relay, call, feedOfMachine(call.params.machine)),
  } satisfies Partial<Handlers>;
}

/** The feed of a machine may be named by the machine's name, so that a person can type it. */
async function feedNamed(relay: Relay, { organisation }: PersonCaller, feed: string): Promise<string> {
  const machine = machineOfFeed(feed);
  return machine === undefined ? feed : feedOfMachine(await relay.machines.resolve(organisation, machine));
}

/** `Last-Event-ID` wins over the query. */
function offsetOf({ context, query }: Call<'feedEvents'>, feed: string): string {
  const last = context.get('Last-Event-ID');
  if (last === '') return query.offset ?? 'now';
  // An id of another feed is a place that is lost.
  return last.startsWith(`${feed}:`) && /:[A-Za-z0-9_-]+\.\d{1,15}$/.test(last)
    ? last.slice(feed.length + 1)
    : 'lost.1';
}

async function longPoll(
  relay: Relay,
  opened: Subscription,
  wait: number | undefined,
  signal: AbortSignal,
): Promise<Reply> {
  using subscription = opened;
  const waitMs = wait === undefined ? limits.holdMs - Math.random() * limits.holdJitterMs : wait * 1000;
  return pageOf(relay, await subscription.read(waitMs, signal));
}

function pageOf({ handle }: Relay, { blocks, offsets, resets, snapshots, gone }: FeedPage): Reply {
  const events = blocks.map(
    ({ feed, offset, json }) =>
      `{"feed":${JSON.stringify(feed)},"offset":"${offset}","${recordOfFeed(feed) === undefined ? 'data' : 'entry'}":${json}}`,
  );
  const some = Object.entries({ resets, snapshots, gone }).filter(([, list]) => list.length > 0);
  return { json: { handle, offsets, ...Object.fromEntries(some) }, lists: { events } };
}

async function snapshot(relay: Relay, call: Call<'feedSnapshot' | 'snapshot'>, named: string): Promise<Reply> {
  const { caller, query, context } = call;
  const page = query.limit === undefined && query.after === undefined ? undefined : pageRequest(query);
  const { items, next, ...json } = await relay.feeds.snapshot(caller, await feedNamed(relay, caller, named), page);
  const follow = nextOf(context, next);
  return { json: { ...json, ...follow.next }, lists: { items }, headers: follow.headers };
}
