/** The relay's HTTP side: the middleware in the order in which a request passes it. It does not listen. */
import type { RequestListener } from 'node:http';
import type Router from '@koa/router';
import Koa from 'koa';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { type AppFiles, serveAppFiles } from './app-files.ts';
import type { MakeBackup } from './backups.ts';
import type { Caller } from './identity/caller.ts';
import type { Identity } from './identity/identity.ts';
import type { RelayIdentity } from './identity/relay-identity.ts';
import type { KeptOfPerson } from './kept-of-person.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createAlarm } from './middleware/alarm.ts';
import { createAuthenticate, isGuess } from './middleware/authenticate.ts';
import { createBodyBudget } from './middleware/body-budget.ts';
import type { Context } from './middleware/context.ts';
import type { HeldRequests } from './middleware/held.ts';
import { refuseOutdated } from './middleware/neighbours.ts';
import { networkOf } from './middleware/network.ts';
import { addressOf, checkHost, type OriginConfig } from './middleware/origin.ts';
import { catchProblems } from './middleware/problems.ts';
import { createFailureLimit, createNetworkLimit, createRequestLimit } from './middleware/rate-limits.ts';
import { setSecurityHeaders } from './middleware/security-headers.ts';
import { checkUrl, overrideMethod } from './middleware/url.ts';
import type { Relay } from './relay/relay.ts';
import type { RouteDeps } from './routes/deps.ts';
import { createRouter } from './routes/index.ts';
import { createExports } from './routes/json-lines.ts';
import type { Service, ServiceParts } from './services/service.ts';

export interface ServerDeps {
  readonly relay: Relay;
  readonly identity: Identity;
  readonly relayIdentity: RelayIdentity;
  readonly config: OriginConfig & { readonly requestsPerMinute: number };
  readonly held: HeldRequests;
  readonly appFiles: AppFiles;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Throws if the relay is stopping or its store does not answer. */
  readonly checkReady: () => Promise<void>;
  readonly backup: MakeBackup;
  readonly services: readonly Service[];
  readonly serviceParts: ServiceParts;
  readonly keptByServices: readonly KeptOfPerson[];
}

/** The handler of a request. */
export function createServer({
  relay,
  identity,
  relayIdentity,
  config,
  held,
  appFiles,
  log,
  metrics,
  checkReady,
  backup,
  services,
  serviceParts,
  keptByServices,
}: ServerDeps): RequestListener {
  const failures = createFailureLimit(isGuess);
  const authenticate = createAuthenticate(identity, config, failures, {
    known: createRequestLimit(config.requestsPerMinute),
    unknown: createRequestLimit(Math.ceil(config.requestsPerMinute / 10)),
  });
  const bodies = createBodyBudget(metrics.bodies);
  const openShare = (context: Context, caller: Caller | undefined) =>
    bodies.open(caller, networkOf(addressOf(context.req, config)));
  const routeDeps: RouteDeps = {
    relay,
    identity,
    relayIdentity,
    config,
    metrics,
    failures,
    hellos: createNetworkLimit(limits.helloPerMinuteMax, 60_000),
    ...deviceLimits(log, metrics),
    checkReady,
    backup,
    exported: createExports(),
    keptByServices,
  };
  const mount = { authenticate, held, countAct: identity.countAct, metrics, openShare };
  const router = createRouter(
    routeDeps,
    mount,
    services.flatMap(({ routes }) => routes(serviceParts)),
  );
  const app = new Koa();
  app.use(setSecurityHeaders(config));
  app.use(catchProblems(log, metrics));
  app.use(refuseOutdated);
  app.use(checkHost(config));
  app.use(checkUrl);
  app.use(overrideMethod);
  app.use(serveAppFiles(appFiles));
  app.use(router.routes());
  app.use(refuseUnknown(router));
  // Koa reports broken connections here. Errors of routes never get past catchProblems.
  app.on('error', (error) => log.debug('connection-broken', { error }));
  const answer = app.callback();
  return (request, response) => void answer(request, response);
}

/** Limits the device flow for each network, and alerts the operator if many networks use it. */
function deviceLimits(log: Log, metrics: Metrics): Pick<RouteDeps, 'asking' | 'codeTries'> {
  const alarm = (name: string) => {
    const counted = metrics.alarm(name);
    return createAlarm(limits.deviceRequestsAlarm, limits.deviceCodeMs, (count) => {
      counted();
      log.warn(name, { count, withinMs: limits.deviceCodeMs });
    });
  };
  return {
    asking: {
      perNetwork: createNetworkLimit(limits.deviceRequestsPerNetworkMax, limits.deviceCodeMs),
      alarm: alarm('many-machines-ask'),
    },
    codeTries: alarm('many-codes-tried'),
  };
}

/** Answers requests that no route serves: another method of a known path, or an unknown path. */
function refuseUnknown(router: Router) {
  return (context: Context): never => {
    const methods = new Set(router.match(context.path, context.method).path.flatMap((layer) => layer.methods));
    if (methods.size === 0) throw new Problem('route-unknown');
    throw new Problem('method-unsupported', undefined, { allow: [...methods].sort().join(', ') });
  };
}
