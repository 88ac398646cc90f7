/** Queries: asked by POST, or read by the paths that their kinds declare. What a kind asks is nobody's business here. */
import * as v from 'valibot';
import { queryKind, queryNames } from '#contract/kinds/index.ts';
import type { QueryKind } from '#contract/kinds/kind.ts';
import { Problem } from '#contract/problems.ts';
import type { QueryAnswer, QueryRequest } from '#contract/query.ts';
import { scopesHeld } from '#contract/scopes.ts';
import { checkScope, type PersonCaller, scopeOfRisk } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Relay } from '../relay/relay.ts';
import type { AnyCall, Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { parseArgs, unknownKind } from './sending.ts';

interface ToAsk {
  readonly caller: PersonCaller;
  readonly machine: string;
  readonly request: QueryRequest;
  /** Where the args stand in the body, for pointers: `/args`, or empty. */
  readonly argsAt: string;
  readonly signal: AbortSignal;
}

/** Asks a machine. Throws `kind-unknown`, `args-invalid`, `forbidden`, and what the relay throws. */
async function ask(relay: Relay, { caller, machine, request, argsAt, signal }: ToAsk): Promise<QueryAnswer> {
  const kind = kindOf(request.kind);
  checkScope(caller, scopeOfRisk(kind.risk));
  const args = parseArgs(kind, request.args, argsAt);
  const { person, name, role, scope } = caller;
  const by = { person, name, role, scopes: [...scopesHeld(scope)] };
  return await relay.queries.ask(caller.organisation, machine, { ...request, args }, by, signal);
}

function kindOf(name: string): QueryKind {
  const kind = queryKind(name);
  if (kind === undefined) throw unknownKind(name, queryNames);
  return kind;
}

export function queryHandlers({ relay }: RouteDeps) {
  return {
    queryAsk: async ({ caller, params: { machine }, body, signal }) => ({
      json: await ask(relay, { caller, machine, request: body, argsAt: '/args', signal }),
    }),
  } satisfies Partial<Handlers>;
}

/** The handler of a path that asks a kind of query: what it names beside the machine, and what its query string says, are the args. */
export function queryAliasHandler(kindName: string, relay: Relay) {
  return async ({ params, query, caller, signal }: AnyCall): Promise<Reply> => {
    const { machine = '', ...named } = params;
    const asked = v.parse(v.record(v.string(), v.unknown()), query);
    const twice = Object.keys(named).find((name) => Object.hasOwn(asked, name));
    if (twice !== undefined)
      throw new Problem('parameter-invalid', `${twice} is named by the path.`, { pointer: `/${twice}` });
    const request = { kind: kindName, args: { ...asked, ...named } };
    const answer = await ask(relay, { caller: caller as PersonCaller, machine, request, argsAt: '', signal });
    return { json: { source: 'machine', ...answer } };
  };
}
