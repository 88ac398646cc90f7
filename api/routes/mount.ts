/** Mounts routes: authenticate, hold, check parameters, query and body, call, answer. The same for each, so that no route forgets a step. */
import type { ServerResponse } from 'node:http';
import type Router from '@koa/router';
import { Problem } from '#contract/problems.ts';
import { type ActGroup, type Route, routes } from '#contract/routes.ts';
import type { Caller, PersonCaller } from '../identity/caller.ts';
import type { Metrics } from '../metrics.ts';
import { answer, type Reply } from '../middleware/answer.ts';
import { type ParsedBody, parseBody } from '../middleware/body.ts';
import type { BodyShare } from '../middleware/body-budget.ts';
import type { Context } from '../middleware/context.ts';
import type { HeldKind, HeldRequests, Hold } from '../middleware/held.ts';
import { parsePathParameters, parseQuery } from '../middleware/parameters.ts';
import type { AnyCall } from './call.ts';

export interface MountDeps {
  readonly authenticate: (context: Context, route: Route) => Promise<Caller | undefined>;
  readonly held: HeldRequests;
  readonly countAct: (caller: PersonCaller, group: ActGroup) => Promise<void>;
  readonly metrics: Metrics;
  /** Opens a share of the budget for bodies. */
  readonly openShare: (context: Context, caller: Caller | undefined) => BodyShare;
}

const neverAborted = new AbortController().signal;
const nothing: ParsedBody = { body: undefined, raw: Buffer.alloc(0) };

/** Serves a route with a handler. The caller must pass the handler of this route. */
export function mountRoute(
  router: Router,
  route: Route,
  handler: (call: AnyCall) => Promise<Reply> | Reply,
  { authenticate, held, countAct, metrics, openShare }: MountDeps,
): void {
  router.register(route.path, [route.method], async (koaContext) => {
    const context = koaContext as unknown as Context;
    if (context.method === 'HEAD' && route.held)
      throw new Problem('method-unsupported', undefined, { allow: route.method });
    context.state.route = route.path;
    context.state.isHeld = route.held === true;
    const caller = await authenticate(context, route);
    using stack = new DisposableStack();
    if (caller !== undefined) countSent(metrics, caller, context.res);
    const hold =
      route.held && caller !== undefined ? stack.use(held.hold(caller, context.res, kindOf(route))) : undefined;
    if (hold !== undefined) stack.use(metrics.held(route.path));
    const params = parsePathParameters(capturedIn(context.path, route.path), route);
    const query = parseQuery(context.querystring, route);
    const { body, raw } =
      route.method === 'GET'
        ? nothing
        : await parseBody(context.req, route, caller, stack.use(openShare(context, caller)));
    if (caller !== undefined) metrics.bytes(caller.organisation, 'received', raw.length);
    if (route.acts !== undefined && caller?.kind === 'person') await countAct(caller, route.acts);
    const signal = hold?.signal ?? neverAborted;
    const reply = await handler({ params, query, body, raw, caller, signal, context });
    throwIfRevoked(hold, reply);
    if ('taken' in reply) goOn(reply.taken, context.res, stack.move());
    await answer(context, reply);
  });
}

/** Counts what goes out on the connection until the answer has ended: one connection answers one request at a time. */
function countSent(metrics: Metrics, { organisation }: Caller, response: ServerResponse): void {
  const { socket } = response;
  if (socket === null) return;
  const before = socket.bytesWritten;
  response.once('close', () => metrics.bytes(organisation, 'sent', socket.bytesWritten - before));
}

/** The stream is written after the middleware has returned, so that it does not keep the middleware's state in memory. */
function goOn(taken: Promise<void>, response: ServerResponse, holds: DisposableStack): void {
  void taken.catch(() => response.destroy()).finally(() => holds.dispose());
}

function kindOf({ path }: Route): HeldKind {
  return path === routes.stream.path || path === routes.feedEvents.path ? 'stream' : 'wait';
}

/** If the key was revoked during the hold, the answer is that problem. A stream ends by itself. */
function throwIfRevoked(hold: Hold | undefined, reply: Reply): void {
  const reason: unknown = hold?.signal.reason;
  if (reason instanceof Problem && !('taken' in reply)) throw reason;
}

/** The undecoded parameters: the router decodes them leniently, which would hide invalid escapes. */
function capturedIn(path: string, pattern: string): Record<string, string> {
  const segments = path.split('/');
  const captured: Record<string, string> = {};
  for (const [index, part] of pattern.split('/').entries()) {
    if (part.startsWith(':')) captured[part.slice(1)] = segments[index] ?? '';
    if (part.startsWith('*')) captured[part.slice(1)] = segments.slice(index).join('/');
  }
  return captured;
}
