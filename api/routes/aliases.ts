/** REST paths of kinds, generated from the registry: the parameters of the path (except the machine) and the body become the args. */
import * as v from 'valibot';
import { type CommandRecord, CommandRequest } from '#contract/command.ts';
import { type CommandState, isSettled } from '#contract/command-life.ts';
import { kinds } from '#contract/kinds/index.ts';
import { type CommandKind, commandBytesMax, type Kind, type QueryKind } from '#contract/kinds/kind.ts';
import { limits } from '#contract/limits.ts';
import { isMachineCode, Problem, type ProblemCode } from '#contract/problems.ts';
import { integerParameter, type Route, routes } from '#contract/routes.ts';
import { type PersonCaller, scopeOfKind } from '../identity/caller.ts';
import type { Reply } from '../middleware/answer.ts';
import type { Context } from '../middleware/context.ts';
import { parseSchema } from '../middleware/schema.ts';
import type { Relay } from '../relay/relay.ts';
import type { AnyCall } from './call.ts';
import { OverAll, overAllHandler } from './over-all.ts';
import { queryAliasHandler } from './queries.ts';
import { commandPath, sendCommand, withIdempotencyKey } from './sending.ts';

/** Default time that an alias waits for its command, in seconds: less than the 25 s that networks allow. */
const waitSecondsDefault = 20;

/** The answer of a path that answers results, while the command has not ended. */
const RunsOn = v.object({ command: v.string(), state: v.picklist(['queued', 'delivered']) });

export interface Alias {
  readonly kindName: string;
  readonly kind: Kind;
  readonly route: Route;
  /** Args that the path stands for, beside its parameters. */
  readonly args?: Readonly<Record<string, string>>;
  readonly answersResult?: true;
}

/** The aliases of all kinds. */
export const aliases: readonly Alias[] = Object.entries<Kind>(kinds).flatMap(([kindName, kind]): Alias[] =>
  kind.verb === 'query'
    ? [
        ...kind.aliases.map((alias) => ({ kindName, kind, route: queryRouteOf(kind, alias) })),
        ...(kind.over === undefined ? [] : [{ kindName, kind, route: overRouteOf(kind, kind.over.path) }]),
      ]
    : kind.aliases.map((alias) => ({
        kindName,
        kind,
        route: routeOf(kind, alias),
        ...(alias.args && { args: alias.args }),
        ...(alias.answersResult && { answersResult: alias.answersResult }),
      })),
);

function queryRouteOf(kind: QueryKind, alias: QueryKind['aliases'][number]): Route {
  const others = Object.keys(argsOf(kind)).filter((name) => !namesIn(alias.path).includes(name));
  // Asked for as agents ask their dashboard; held for `holdMsMax` at most.
  const timeout: v.ObjectEntries =
    kind.isStillToCome === undefined ? {} : { timeout: v.optional(integerParameter(0, limits.agentWaitMs)) };
  const query = v.strictObject({
    ...Object.fromEntries(others.map((name) => [name, v.optional(v.string())])),
    ...timeout,
    source: v.optional(v.picklist(['machine'])),
  });
  const source = v.picklist(['relay', 'machine']);
  const answer = v.object({ ...routes.queryAsk.answer.entries, source, result: kind.result });
  return { ...alias, access: scopeOfKind(kind), summary: kind.title, query, answer, held: true };
}

function overRouteOf(kind: QueryKind, path: string): Route {
  const others = Object.keys(argsOf(kind)).filter((name) => name !== 'project');
  const query = v.strictObject(Object.fromEntries(others.map((name) => [name, v.optional(v.string())])));
  const summary = `${kind.title}, over all machines and projects`;
  return { method: 'GET', path, access: scopeOfKind(kind), summary, query, answer: OverAll };
}

function argsOf({ args }: QueryKind): v.ObjectEntries {
  return 'entries' in args ? (args.entries as v.ObjectEntries) : {};
}

/** The parameters of a path. */
export function namesIn(path: string): string[] {
  return [...path.matchAll(/[:*]([a-z]+)/gi)].map(([, name = '']) => name);
}

function routeOf(kind: CommandKind, { method, path, answersResult }: CommandKind['aliases'][number]): Route {
  const { query } = routes.commandSend;
  const answer = answersResult ? v.union([kind.result, RunsOn]) : routes.commandSend.answer;
  const body = v.record(v.string(), v.unknown());
  const bodyBytesMax = commandBytesMax(kind);
  return { method, path, access: 'command', summary: kind.title, query, body, bodyBytesMax, answer, held: true };
}

const envelopeNames = ['id', 'ifRev', 'whenOffline', 'expiresInSeconds', 'signature'];

/** The handler of an alias. */
export function aliasHandler(alias: Alias, relay: Relay) {
  const { kindName, kind, route } = alias;
  if (kind.verb === 'query' && kind.over?.path === route.path) return overAllHandler(kindName, kind.over, relay);
  return kind.verb === 'query' ? queryAliasHandler(kindName, relay) : commandAliasHandler(alias, relay);
}

function commandAliasHandler({ kindName, args: fixed = {}, answersResult }: Alias, relay: Relay) {
  return async ({ params, query, body, raw, caller, signal, context }: AnyCall): Promise<Reply> => {
    const { machine = '', ...parameters } = params;
    const named = { ...parameters, ...fixed };
    const fields = Object.entries(v.parse(v.record(v.string(), v.unknown()), body));
    const envelope = Object.fromEntries(fields.filter(([name]) => envelopeNames.includes(name)));
    const rest = Object.fromEntries(fields.filter(([name]) => !envelopeNames.includes(name)));
    checkApart(named, rest);
    const request = parseSchema(
      CommandRequest,
      { kind: kindName, args: { ...rest, ...named }, ...envelope },
      'body-invalid',
    );
    const record = await sendCommand(relay, {
      caller: caller as PersonCaller,
      machine,
      request: withIdempotencyKey(withIfMatch(request, context), context),
      argsAt: '',
      bytes: raw.length,
      waitSeconds: v.parse(waitQuery, query).wait ?? waitSecondsDefault,
      signal,
    });
    return answersResult ? resultOf(record) : replyOf(record);
  };
}

const waitQuery = v.object({ wait: v.optional(v.number()) });

function checkApart(named: Readonly<Record<string, string>>, rest: Readonly<Record<string, unknown>>): void {
  const twice = Object.keys(named).find((name) => Object.hasOwn(rest, name));
  if (twice !== undefined)
    throw new Problem('body-invalid', `${twice} is named by the path.`, { pointer: `/${twice}` });
}

/** Reads `If-Match: "<rev>"` as `ifRev`, and `If-None-Match: *` as `absent`. Throws `parameter-invalid` if header and body differ. */
function withIfMatch(request: CommandRequest, context: Context): CommandRequest {
  const match = context
    .get('If-Match')
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1');
  const absent = context.get('If-None-Match') === '*';
  if (match === '' && !absent) return request;
  const { ifRev } = parseSchema(
    v.object({ ifRev: CommandRequest.entries.ifRev }),
    { ifRev: absent ? 'absent' : match },
    'parameter-invalid',
  );
  if (ifRev === undefined || (request.ifRev !== undefined && request.ifRev !== ifRev)) {
    throw new Problem('parameter-invalid', 'If-Match and `ifRev` are different.', { pointer: '/ifRev' });
  }
  return { ...request, ifRev };
}

/** The relay's own problem for a state in which the command was not done. */
const problemOfState: Readonly<Record<Exclude<CommandState, 'done' | 'queued' | 'delivered'>, ProblemCode>> = {
  failed: 'command-failed',
  conflict: 'conflict',
  refused: 'policy-refused',
  interrupted: 'interrupted',
  unknown: 'command-timeout',
  cancelled: 'command-cancelled',
  expired: 'command-expired',
};

/** The result alone. Of a failure or a refusal, the machine's problem is the answer. */
function resultOf(record: CommandRecord): Reply {
  const { state, result } = record;
  const command = commandPath(record);
  if (!isSettled(state)) return { status: 202, json: { command, state }, headers: { Location: command } };
  if (state === 'done') return { json: Object(result), headers: { Location: command } };
  const { code = '', detail } = record.problem ?? {};
  if ((state === 'failed' || state === 'refused') && isMachineCode(code))
    throw new Problem(code, detail, { command: record.id, state });
  return replyOf(record);
}

/** Status and code follow from the state alone; the machine's words are separate, in `problem`. */
function replyOf(record: CommandRecord): Reply {
  const { state, problem } = record;
  const headers = { Location: commandPath(record) };
  if (!isSettled(state)) return { status: 202, json: record, headers };
  if (state === 'done' || state === 'queued' || state === 'delivered') return { json: record, headers };
  const currentRev = state === 'conflict' ? problem?.currentRev : undefined;
  throw new Problem(problemOfState[state], problem?.detail ?? problem?.title, {
    ...(problem === undefined ? {} : { problem }),
    ...(currentRev === undefined ? {} : { currentRev }),
    command: record.id,
    state,
  });
}
