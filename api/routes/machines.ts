/** Machines and their projects. */
import type { Actor } from '#contract/audit.ts';
import { actorOf } from '../identity/caller.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { addMachine, replaceMachineKey } from './machine-key.ts';
import { pageReply, pageRequest } from './paging.ts';

/** The handlers of `/v1/machines` and of projects, and the removal of a machine by itself. */
export function machineHandlers({ relay, identity }: RouteDeps) {
  const { machines } = relay;
  // The keys first, so that even after a crash nobody can act for a half-removed machine.
  const remove = async (organisation: string, machine: string, by: Actor) => {
    await identity.keys.revokeMachine(organisation, machine, by);
    await machines.remove(organisation, machine, by);
    return { json: {} };
  };
  return {
    machines: async ({ caller, query, context }) =>
      pageReply(context, await machines.list(caller.organisation, pageRequest(query))),
    machineCreate: async ({ caller, body }) => {
      const json = await addMachine({ relay, identity }, caller.organisation, body.name, actorOf(caller));
      return { status: 201, json, headers: { Location: `/v1/machines/${json.machine.id}` } };
    },
    machine: async ({ caller, params }) => ({ json: await machines.get(caller.organisation, params.machine) }),
    machineRename: async ({ caller, params, body }) => ({
      json: await machines.rename(caller.organisation, params.machine, body.name, actorOf(caller)),
    }),
    machineKeyReplace: async ({ caller, params }) => ({
      status: 201,
      json: await replaceMachineKey({ relay, identity }, caller.organisation, params.machine, actorOf(caller)),
    }),
    machineRemove: async ({ caller, params }) => {
      const { organisation } = caller;
      return await remove(organisation, await machines.resolve(organisation, params.machine), actorOf(caller));
    },
    bridgeMachineRemove: async ({ caller: { organisation, machine } }) => {
      const { name } = await machines.get(organisation, machine);
      return await remove(organisation, machine, { machine, name, via: 'machine' });
    },
    projects: async ({ caller, params, query, context }) => {
      const { projects } = await machines.get(caller.organisation, params.machine);
      const { limit, after } = pageRequest(query);
      const sorted = projects
        .filter(({ id }) => after === undefined || id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const items = sorted.slice(0, limit);
      const last = items.at(-1);
      return pageReply(context, { items, ...(sorted.length > limit && last !== undefined ? { next: last.id } : {}) });
    },
  } satisfies Partial<Handlers>;
}
