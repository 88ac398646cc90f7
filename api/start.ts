/** Starts a relay: data folder, store, core, identity, HTTP. `main.ts` is its command line; `npm start` runs it inside its own process. */
import { join } from 'node:path';
import type { Actor } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { openAppFiles } from './app-files.ts';
import { createBackups } from './backups.ts';
import { takeCensus } from './census.ts';
import type { ApiConfig } from './config.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { forgetMember } from './former-member.ts';
import { createIdentity, type Identity } from './identity/identity.ts';
import { openRelayIdentity, type RelayIdentity } from './identity/relay-identity.ts';
import type { KeptOfPerson } from './kept-of-person.ts';
import { StartRefused, startListening } from './listen.ts';
import { createLog, type Log } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { startMetricsServer } from './metrics-server.ts';
import { type HeldRequests, startHeldRequests } from './middleware/held.ts';
import { createOutbound } from './outbound.ts';
import { type OwnerSide, ownerName, ownerSide } from './owner.ts';
import { createReadiness } from './readiness.ts';
import { createRelay } from './relay/create-relay.ts';
import type { Relay } from './relay/relay.ts';
import { createServer } from './server.ts';
import { services as mounted } from './services/index.ts';
import type { Service, ServiceParts } from './services/service.ts';
import { openStore } from './store/open.ts';
import { type Store, StoreRefused } from './store/store.ts';
import { followClock } from './store-clock.ts';
import { logUnreadableRows } from './unreadable-rows.ts';

/** A running relay. Disposing of it answers held requests, ends streams with `recycle`, and takes at most 10 s. */
export interface RunningApi extends OwnerSide, AsyncDisposable {
  /** Origin for this machine's own use: http://127.0.0.1:8787. */
  readonly url: string;
  readonly port: number;
  /** The relay's public identity key, which machines pin. */
  readonly relayKey: string;
  /** Address of the metrics, if enabled. */
  readonly metricsUrl: string | undefined;
}

const itself: Actor = { name: 'relay', via: 'relay' };

const builtApp = join(import.meta.dirname, '..', 'pwa', 'dist');

/** Starts a relay. Throws StartRefused, with one sentence, if it cannot. */
export async function startApi(
  config: ApiConfig,
  log: Log = createLog(config.logLevel, (line) => process.stderr.write(line)),
  services: readonly Service[] = mounted,
): Promise<RunningApi> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await openDataFolder(config.data);
    stack.use(logUnreadableRows(log));
    const metrics = createMetrics();
    const store = metrics.timed(stack.use(await openConfiguredStore(config, folder)));
    stack.use(followClock(store, log));
    const relay = createRelay({
      store,
      log: (message, error) => log.error('relay', { message, error }),
      feedKinds: Object.assign({}, ...services.map(({ feedKinds }) => feedKinds)),
      onLeft: (whose) => forgetMember({ relay, identity, keptByServices }, whose, itself),
    });
    const identity = createIdentity(store, config.oidc);
    if (!config.acceptEmptyStore) await refuseForgottenStore(identity, folder);
    const owner = await identity.organisations.ensureOwner(ownerName());
    metrics.holding(() => takeCensus(store, identity.organisations));
    const relayIdentity = await openRelayIdentity(store);
    const held = startHeldRequests(identity.recheck, log, { perPerson: config.streamsPerPerson });
    const outbound = createOutbound(config.allowOutbound);
    const serviceParts = { store, relay, identity, outbound, log, origin: config.publicUrl?.origin };
    const keptByServices = services.flatMap(({ ofPerson }) => ofPerson?.(serviceParts) ?? []);
    stack.use(startDue(relay, log));
    const parts = {
      keptByServices,
      store,
      folder,
      relay,
      identity,
      relayIdentity,
      held,
      log,
      metrics,
      services,
      serviceParts,
    };
    const listening = stack.use(await listen(config, parts));
    for (const { start } of services) if (start !== undefined) stack.use(await start(serviceParts));
    stack.use(await folder.claim({ url: listening.url, relayKey: relayIdentity.key }));
    stack.use(held);
    const metricsServer = config.metrics && stack.use(await startMetricsServer(config.metrics, metrics));
    const origin = config.publicUrl?.origin ?? listening.url;
    return {
      url: listening.url,
      relayKey: relayIdentity.key,
      port: listening.port,
      metricsUrl: metricsServer?.url,
      ...ownerSide(parts, owner, origin),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw refusalOf(error);
  }
}

/** Turns an error of the store during the start into StartRefused, with the store's own sentence, and one of the system into one with its words. */
export function refusalOf(error: unknown): unknown {
  if (error instanceof Error && 'syscall' in error)
    return new StartRefused(`The system refuses: ${reasonOf(error)}. Check who owns that, and its disk.`, {
      cause: error,
    });
  if (!(error instanceof Problem && error.code === 'store-away')) return error;
  const { cause } = error;
  return new StartRefused(cause instanceof Error ? cause.message : error.message, { cause: error });
}

/** Refuses an empty store if this data folder belongs to a relay with accounts: all its machines would be told that their keys are unknown. Throws StartRefused. */
async function refuseForgottenStore({ organisations }: Identity, folder: DataFolder): Promise<void> {
  if ((await organisations.first()) !== '' || (await folder.readOwnerKey()) === undefined) return;
  throw new StartRefused(
    `The store is empty, but ${folder.ownerKeyFile} is of a relay with accounts. Check --store and --data, or restore a backup. To begin anew without them, add --accept-empty-store.`,
  );
}

/** Opens the store that a config names; throws StartRefused. */
export async function openConfiguredStore({ store, data }: ApiConfig, opened?: DataFolder): Promise<Store> {
  const folder = opened ?? (await openDataFolder(data));
  try {
    return await openStore(store ?? folder.storeUrl);
  } catch (cause) {
    if (!(cause instanceof StoreRefused)) throw cause;
    const running = await folder.running();
    const who = running === undefined ? '' : ` The process ${running.pid} was the last to work in ${data}.`;
    throw new StartRefused(`${cause.message}${who}`, { cause });
  }
}

interface Parts {
  readonly store: Store;
  readonly folder: DataFolder;
  readonly relay: Relay;
  readonly identity: Identity;
  readonly relayIdentity: RelayIdentity;
  readonly held: HeldRequests;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly services: readonly Service[];
  readonly serviceParts: ServiceParts;
  readonly keptByServices: readonly KeptOfPerson[];
}

async function listen(
  config: ApiConfig,
  { store, folder, relay, identity, relayIdentity, held, log, metrics, services, serviceParts, keptByServices }: Parts,
) {
  const appFiles = await openAppFiles(builtApp);
  const isWritable = createReadiness(store, log);
  const checkReady = async () => {
    if (held.isStopping) throw new Problem('shutting-down');
    await isWritable();
  };
  return await startListening(
    config,
    createServer({
      relay,
      identity,
      relayIdentity,
      config,
      held,
      appFiles,
      log,
      metrics,
      checkReady,
      backup: createBackups(store, folder.path),
      services,
      serviceParts,
      keptByServices,
    }),
  );
}

/** Runs due tasks beside the requests; must end before the store closes. */
function startDue(relay: Relay, log: Log): AsyncDisposable {
  const stop = new AbortController();
  const done = relay.runDue(stop.signal).catch((error: unknown) => log.error('due-failed', { error }));
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
}
