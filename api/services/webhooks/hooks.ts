/** The webhooks of an organisation, each with its latest deliveries. */
import { randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { type Webhook, type WebhookRequest, WebhookShape } from '#contract/webhook.ts';
import type { PersonCaller } from '../../identity/caller.ts';
import { checkRoom } from '../../identity/room.ts';
import { createId } from '../../identity/secrets.ts';
import { iso } from '../../relay/rows.ts';
import { organisationShard } from '../../store/shards.ts';
import type { Store } from '../../store/store.ts';
import { defineTable } from '../../store/tables.ts';
import { untilDone } from '../../store/until-done.ts';

const TriedAt = v.object({
  at: v.number(),
  notice: v.string(),
  topic: v.string(),
  status: v.exactOptional(v.number()),
  problem: v.exactOptional(v.string()),
});
export type TriedAt = v.InferOutput<typeof TriedAt>;

const HookRow = v.object({
  id: v.string(),
  name: v.string(),
  url: v.string(),
  shape: WebhookShape,
  topics: v.exactOptional(v.array(v.string())),
  secret: v.string(),
  person: v.string(),
  owner: v.string(),
  createdAt: v.number(),
});
export type HookRow = v.InferOutput<typeof HookRow>;

/** In an organisation's shard, by id. */
const hooks = defineTable('webhooks', HookRow);
/** By the webhook's id, newest first. */
const deliveries = defineTable('webhook-deliveries', v.array(TriedAt));

export interface Hooks {
  ids(organisation: string): Promise<readonly string[]>;
  list(organisation: string): Promise<readonly Webhook[]>;
  get(organisation: string, id: string): Promise<HookRow | undefined>;
  /** Only this answer has the secret. Throws `too-many-kept`. */
  add(caller: PersonCaller, request: WebhookRequest): Promise<HookRow>;
  remove(organisation: string, id: string): Promise<void>;
  /** Notes a try; nothing for a webhook that is gone. */
  note(organisation: string, id: string, tried: TriedAt): Promise<void>;
}

/** The webhooks in a store. */
export function createHooks(store: Store): Hooks {
  const rows = async (organisation: string) => {
    const found: HookRow[] = [];
    for await (const { value } of hooks.each(store, organisationShard(organisation))) found.push(value);
    return found;
  };
  return {
    ids: async (organisation) => (await rows(organisation)).map(({ id }) => id),
    list: async (organisation) => {
      const all = await rows(organisation);
      const keys = all.map(({ id }) => id);
      const tried = await deliveries.getAll(store, organisationShard(organisation), keys);
      return all.map((row, at) => shownHook(row, tried[at]?.value ?? []));
    },
    get: async (organisation, id) => (await hooks.get(store, organisationShard(organisation), id))?.value,
    add: async ({ organisation, person, name: owner }, request) => {
      const shard = organisationShard(organisation);
      await checkRoom(store, shard, hooks.name, limits.webhooksMax, 'webhooks');
      const secret = randomBytes(32).toString('base64url');
      const row: HookRow = { ...request, id: createId(), secret, person, owner, createdAt: store.now() };
      await store.commit(shard, { put: [hooks.put(row.id, row)] });
      return row;
    },
    remove: async (organisation, id) => {
      const shard = organisationShard(organisation);
      const found = await hooks.get(store, shard, id);
      if (found === undefined) throw new Problem('webhook-unknown');
      await store.commit(shard, { delete: [hooks.at(id), deliveries.at(id)] });
    },
    note: async (organisation, id, tried) => {
      const shard = organisationShard(organisation);
      await untilDone(store, shard, async () => {
        const [hook, before] = await store.rows(shard, [hooks.at(id), deliveries.at(id)]);
        if (hook === undefined) return { result: undefined };
        const kept = before === undefined ? [] : deliveries.parse(before).value;
        const next = [tried, ...kept].slice(0, limits.webhookDeliveriesMax);
        const expect = [
          { row: hooks.at(id), version: hook.version },
          { row: deliveries.at(id), version: before?.version ?? 0 },
        ];
        return { result: undefined, commit: { expect, put: [deliveries.put(id, next)] } };
      });
    },
  };
}

/** A webhook as admins see it. */
export function shownHook(row: HookRow, tried: readonly TriedAt[]): Webhook {
  const { id, name, url, shape, topics, owner, createdAt } = row;
  return {
    ...{ id, name, host: new URL(url).host, shape, owner, createdAt: iso(createdAt) },
    ...(topics === undefined ? {} : { topics }),
    deliveries: tried.map((each) => ({ ...each, at: iso(each.at) })),
  };
}
