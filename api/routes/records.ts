/** Records and notices. */
import { actorOf, type PersonCaller } from '../identity/caller.ts';
import type { RecordCaller, RecordFilter } from '../relay/relay.ts';
import type { Call, Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageReply, pageRequest, withMeta } from './paging.ts';

/** The handlers of records and notices. */
export function recordHandlers({ relay }: RouteDeps) {
  const { records } = relay;
  return {
    machineRecords: async ({ caller, params, query, context }) =>
      pageReply(context, await records.ofMachine(caller, params.machine, filterOf(query), pageRequest(query))),
    machineRecord: async ({ caller, params }) => ({
      json: await records.oneOfMachine(caller, params.machine, params.record),
    }),
    records: async ({ caller, query, context }) =>
      pageReply(context, await records.list(caller, filterOf(query), pageRequest(query))),
    recordCreate: async ({ caller, body }) => {
      const record = await records.create(writerOf(caller), body);
      return { status: 201, json: record, headers: { Location: `/v1/records/${record.id}` } };
    },
    record: async ({ caller, params }) => ({ json: await records.get(caller, params.record) }),
    recordChange: async ({ caller, params, body }) => ({
      json: await records.change(writerOf(caller), params.record, body),
    }),
    recordRemove: async ({ caller, params }) => {
      await records.remove(writerOf(caller), params.record);
      return { json: {} };
    },
    notices: async ({ caller, query, context }) => {
      const { items, ...rest } = await relay.notices(caller, pageRequest(query));
      return pageReply(context, { items: items.map(({ key, notice }) => ({ key, ...notice })), ...rest });
    },
  } satisfies Partial<Handlers>;
}

function writerOf(caller: PersonCaller): RecordCaller {
  const { organisation, person, name, scope } = caller;
  return { organisation, person, name, scope, by: actorOf(caller) };
}

function filterOf(query: Call<'records'>['query']): RecordFilter {
  const { limit: _limit, after: _after, ...wanted } = query;
  return withMeta(wanted);
}
