/** Queries: asked by POST, or by the GET paths that their kinds declare. The code here does not depend on any kind. */
import * as v from 'valibot';
import type { ProjectCopy } from '#contract/copy.ts';
import { queryKind, queryNames } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import type { QueryAnswer, QueryRequest } from '#contract/query.ts';
import { scopesHeld } from '#contract/scopes.ts';
import { checkScope, type PersonCaller, scopeOfKind } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Relay } from '../relay/relay.ts';
import type { AnyCall, Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { parseArgs, unknownKind } from './sending.ts';

interface ToAsk {
  readonly caller: PersonCaller;
  readonly machine: string;
  readonly request: QueryRequest;
  /** Path of the args in the body, for pointers: `/args`, or empty. */
  readonly argsAt: string;
  readonly signal: AbortSignal;
}

/** Asks a machine. Throws what `check` and the relay throw. */
async function ask(relay: Relay, asked: ToAsk): Promise<QueryAnswer> {
  const { args } = check(asked);
  const { caller, machine, request, signal } = asked;
  const { person, name, role, scope } = caller;
  const by = { person, name, role, scopes: [...scopesHeld(scope)] };
  return await relay.queries.ask(caller.organisation, machine, { ...request, args }, by, signal);
}

/** The kind that is asked, and its args. Throws `kind-unknown`, `args-invalid`, `forbidden`. */
function check({ caller, request, argsAt }: ToAsk) {
  const kind = queryKind(request.kind);
  if (kind === undefined) throw unknownKind(request.kind, queryNames);
  checkScope(caller, scopeOfKind(kind));
  return { kind, args: parseArgs(kind, request.args, argsAt) };
}

/** The relay's own copy of the project that is asked about, with the kind and its args; the copy is undefined while it is not whole. */
async function copyOf({ documents }: Relay, asked: ToAsk) {
  const { kind, args } = check(asked);
  const { caller, machine } = asked;
  const copy = await documents.copy(caller.organisation, machine, String(args.project));
  return { kind, args, copy };
}

/** The answer of that copy; undefined where only the machine can tell. */
async function answerHere(relay: Relay, asked: ToAsk): Promise<QueryAnswer | undefined> {
  if (check(asked).kind.answer === undefined) return undefined;
  const { kind, args, copy } = await copyOf(relay, asked);
  const result = copy && (await kind.answer?.(args, copy));
  return result === undefined || copy === undefined ? undefined : { result, asOf: copy.asOf };
}

export function queryHandlers({ relay }: RouteDeps) {
  return {
    queryAsk: async ({ caller, params: { machine }, body, signal }) => ({
      json: await ask(relay, { caller, machine, request: body, argsAt: '/args', signal }),
    }),
  } satisfies Partial<Handlers>;
}

/** The handler of a path that asks a kind of query: what it names beside the machine, and what its query string says, are the args. Answers from the relay's copy where it can. */
export function queryAliasHandler(kindName: string, relay: Relay) {
  return async ({ params, query, caller, signal }: AnyCall): Promise<Reply> => {
    const { machine = '', ...named } = params;
    const { source, timeout, ...asked } = v.parse(v.record(v.string(), v.unknown()), query);
    const request = { kind: kindName, args: { ...asked, ...named } };
    const toAsk: ToAsk = { caller: caller as PersonCaller, machine, request, argsAt: '', signal };
    const here = source === 'machine' ? undefined : await whenThere(relay, toAsk, Number(timeout ?? limits.holdMs));
    if (here !== undefined) return { json: { source: 'relay', ...here } };
    return { json: { source: 'machine', ...(await ask(relay, toAsk)) } };
  };
}

/** The answer of the copy; of a kind whose answer may be still to come, held until it is there. */
async function whenThere(relay: Relay, asked: ToAsk, timeoutMs: number): Promise<QueryAnswer | undefined> {
  const { kind } = check(asked);
  const { signal, caller, machine } = asked;
  if (kind.isStillToCome === undefined) return await answerHere(relay, asked);
  const deadline = performance.now() + Math.min(timeoutMs, limits.holdMsMax);
  using changes = await relay.documents.changes(caller.organisation, machine);
  const hasChanged = await watched(relay, asked);
  let last = await answerHere(relay, asked);
  while (last !== undefined && kind.isStillToCome(last.result)) {
    const leftMs = deadline - performance.now();
    if (leftMs <= 0 || signal.aborted) break;
    await changes.wait(leftMs, signal);
    if (await hasChanged()) last = (await answerOrProblem(relay, asked)) ?? last;
  }
  return last;
}

/** Whether what is waited for may have changed since it was last asked: by one row, where the kind says which. Until then a machine's other files may change as they like. */
async function watched(relay: Relay, asked: ToAsk): Promise<() => Promise<boolean>> {
  const { kind, args, copy } = await copyOf(relay, asked);
  const path = copy && (await kind.waitsFor?.(args, copy));
  if (path === undefined) return async () => true;
  const stateIn = async (held: ProjectCopy) => {
    const { rev, body } = (await held.document(path)) ?? {};
    return rev && `${rev} ${body}`;
  };
  let state = copy && (await stateIn(copy));
  return async () => {
    const { copy: now } = await copyOf(relay, asked);
    // One that is not whole is asked again with the next change.
    if (now === undefined) return false;
    const before = state;
    state = await stateIn(now);
    return state === undefined || state !== before;
  };
}

/** What was asked about may go a moment before it is told what became of it; who waits hears that, or nothing. */
async function answerOrProblem(relay: Relay, asked: ToAsk): Promise<QueryAnswer | undefined> {
  try {
    return await answerHere(relay, asked);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
