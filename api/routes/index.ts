/** The table of routes and what serves each. A route of the contract without a handler does not compile. */
import Router from '@koa/router';
import { type Route, routes } from '#contract/routes.ts';
import { accountHandlers } from './account.ts';
import { aliases, aliasHandler } from './aliases.ts';
import { auditHandlers } from './audit.ts';
import { backupHandlers } from './backups.ts';
import { bridgeHandlers } from './bridge.ts';
import type { AnyCall, Handler, Handlers, ServedRoute } from './call.ts';
import { channelHandlers } from './channels.ts';
import { commandHandlers } from './commands.ts';
import type { RouteDeps } from './deps.ts';
import { deviceKeyHandlers } from './device-keys.ts';
import { deviceHandlers } from './devices.ts';
import { docsHandlers } from './docs.ts';
import { documentHandlers } from './documents.ts';
import { healthHandlers } from './health.ts';
import { keyHandlers } from './keys.ts';
import { machineHandlers } from './machines.ts';
import { meHandlers } from './me.ts';
import { memberHandlers } from './members.ts';
import { type MountDeps, mountRoute } from './mount.ts';
import { oauthHandlers } from './oauth.ts';
import { queryHandlers } from './queries.ts';
import { recordHandlers } from './records.ts';
import { sessionHandlers } from './sessions.ts';
import { streamHandlers } from './stream.ts';
import { wayHandlers } from './ways.ts';

/** A router with every route of the contract, every alias of a kind, and the routes of services. */
export function createRouter(deps: RouteDeps, mount: MountDeps, served: readonly ServedRoute[]): Router {
  const handlers: Handlers = {
    ...bridgeHandlers(deps),
    ...machineHandlers(deps),
    ...documentHandlers(deps),
    ...streamHandlers(deps),
    ...commandHandlers(deps),
    ...queryHandlers(deps),
    ...recordHandlers(deps),
    ...channelHandlers(deps),
    ...sessionHandlers(deps),
    ...meHandlers(deps),
    ...accountHandlers(deps),
    ...wayHandlers(deps),
    ...keyHandlers(deps),
    ...memberHandlers(deps),
    ...deviceKeyHandlers(deps),
    ...auditHandlers(deps),
    ...backupHandlers(deps),
    ...oauthHandlers(deps),
    ...deviceHandlers(deps),
    ...docsHandlers(),
    ...healthHandlers(deps),
  };
  const router = new Router({ strict: true, sensitive: true });
  for (const [name, route] of Object.entries<Route>(routes)) {
    if (route.service !== undefined) continue;
    // Each handler is typed by its route. Here all are mounted in the same way; their calls are parsed by their route first.
    const handler = handlers[name as keyof Handlers] as Handler<never> as (call: AnyCall) => ReturnType<Handler<never>>;
    mountRoute(router, route, handler, mount);
  }
  for (const alias of aliases) mountRoute(router, alias.route, aliasHandler(alias, deps.relay), mount);
  for (const { route, handler } of served) mountRoute(router, route, handler, mount);
  return router;
}
