/** Webhooks: addresses that an admin has chosen are told of new notices, with a signature. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { scopeOfRole } from '../../identity/caller.ts';
import { countTry } from '../../identity/tries.ts';
import { served } from '../../routes/call.ts';
import { noticesOf } from '../notice-id.ts';
import { type Sent, startOutbox } from '../outbox.ts';
import type { Service, ServiceParts } from '../service.ts';
import { createHooks, type HookRow, shownHook } from './hooks.ts';
import { messageFor, type Told } from './message.ts';

const HOUR_MS = 3600_000;

export const webhooksService: Service = {
  name: 'webhooks',
  feedKinds: {},
  routes: (parts) => {
    const { store, outbound } = parts;
    const hooks = createHooks(store);
    return [
      served('webhooks', async ({ caller }) => ({ json: { items: await hooks.list(caller.organisation) } })),
      served('webhookCreate', async ({ caller, body }) => {
        outbound.check(body.url);
        const row = await hooks.add(caller, body);
        return { status: 201, json: { ...shownHook(row, []), secret: row.secret } };
      }),
      served('webhookRemove', async ({ caller, params }) => {
        await hooks.remove(caller.organisation, params.webhook);
        return { json: {} };
      }),
      served('webhookTest', async ({ caller, params }) => {
        const { organisation, person } = caller;
        const hook = await hooks.get(organisation, params.webhook);
        if (hook === undefined) throw new Problem('webhook-unknown');
        await countTry(store, `webhook-test/${person}`, limits.pushTestsPerHourMax, HOUR_MS);
        const title = 'A test of this webhook';
        await deliver(parts, organisation, hook, { id: 'test', topic: 'test', title, since: new Date().toISOString() });
        const now = (await hooks.list(organisation)).find(({ id }) => id === hook.id);
        if (now === undefined) throw new Problem('webhook-unknown');
        return { json: now };
      }),
    ];
  },
  start: async (parts) => {
    const { relay, identity, store } = parts;
    const hooks = createHooks(store);
    return startOutbox({
      ...parts,
      name: 'webhooks',
      organisations: identity.organisations.ids,
      addresses: hooks.ids,
      send: async (organisation, id, { id: notice, notice: { topic, title, since } }): Promise<Sent> => {
        const hook = await hooks.get(organisation, id);
        if (hook === undefined || !(await isAdmin(parts, organisation, hook))) return { is: 'over' };
        if (hook.topics !== undefined && !hook.topics.includes(topic)) return { is: 'over' };
        const readable = await noticesOf(relay, { organisation, person: hook.person, scope: 'admin' });
        if (!readable.some((one) => one.id === notice)) return { is: 'over' };
        const isTaken = await deliver(parts, organisation, hook, { id: notice, topic, title, since });
        return { is: isTaken ? 'over' : 'failed' };
      },
    });
  },
};

/** Whether the person who made the webhook is still an admin. */
async function isAdmin({ identity }: ServiceParts, organisation: string, { person }: HookRow): Promise<boolean> {
  try {
    return scopeOfRole[(await identity.people.person(organisation, person)).role] === 'admin';
  } catch (error) {
    if (error instanceof Problem && error.code === 'session-ended') return false;
    throw error;
  }
}

/** Sends once and notes how it went; whether the address took it. */
async function deliver(
  { store, outbound, relay, origin }: ServiceParts,
  organisation: string,
  { id, url, shape, secret }: HookRow,
  told: Told,
): Promise<boolean> {
  const nowMs = relay.now();
  const { headers, body } = messageFor(shape, told, { origin, secret, nowMs });
  const answer = await outbound.send(url, { method: 'POST', headers, body }).then(
    ({ status }) => ({ status }),
    (error: unknown) => ({ problem: reasonOf(error).slice(0, 200) }),
  );
  await createHooks(store).note(organisation, id, { at: nowMs, notice: told.id, topic: told.topic, ...answer });
  return 'status' in answer && answer.status >= 200 && answer.status < 300;
}
