/** The relay's metrics, in Prometheus' text format (prom-client). No metric names a machine, a person or a kind of command. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { VERSION } from '#contract/version.ts';
import type { Census } from './census.ts';
import { storeWith } from './store/around.ts';
import type { Store } from './store/store.ts';

export interface Metrics {
  /** Counts a finished request. `route` is its path in the table of routes; `seconds` is absent for held requests. */
  request(answered: { route: string; method: string; status: number; seconds: number | undefined }): void;
  /** Counts a held request until it is disposed of. */
  held(route: string): Disposable;
  /** Adds bytes of bodies in memory; a negative number removes them. */
  bodies(bytes: number): void;
  /** Answers what counts an alarm: something happens unusually often over all callers. It is there with 0 from now on, since Prometheus sees no increase in a series that begins with 1. */
  alarm(name: string): () => void;
  /** Events written to streams. */
  delivered(count: number): void;
  /** Bytes that an organisation has sent in bodies, and that it was sent. */
  bytes(organisation: string, direction: 'received' | 'sent', count: number): void;
  /** What the relay holds, counted when the metrics are read, at most every 15 s, and for at most a hundredth of the time. */
  holding(take: () => Promise<Census>): void;
  /** The same store, with every call timed. */
  timed(store: Store): Store;
  /** All metrics as text, and their content type. */
  read(): Promise<{ readonly text: string; readonly type: string }>;
}

/** Requests take from a fraction of a millisecond to seconds. */
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const storeSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5];

/** Starts empty; includes the process's own metrics (memory, event loop, file descriptors). */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'sallyport_info',
    help: 'Always 1; the release as a label.',
    labelNames: ['version'],
    registers,
  }).set({ version: VERSION }, 1);
  const { requests, durations, holds, bodyBytes, alarms } = createRequestMetrics(registers);
  const storeMetrics = createStoreMetrics(registers);
  const events = createEventMetrics(registers);
  const organisationBytes = new Counter({
    name: 'sallyport_organisation_bytes_total',
    help: 'Bytes of bodies that an organisation has sent, uncompressed, and bytes that it was sent.',
    labelNames: ['organisation', 'direction'],
    registers,
  });
  return {
    request: ({ route, method, status, seconds }) => {
      requests.inc({ route, method, status });
      if (seconds !== undefined) durations.observe({ route, method }, seconds);
    },
    held: (route) => {
      holds.inc({ route });
      return { [Symbol.dispose]: () => holds.dec({ route }) };
    },
    bodies: (bytes) => bodyBytes.inc(bytes),
    alarm: (name) => {
      alarms.inc({ alarm: name }, 0);
      return () => alarms.inc({ alarm: name });
    },
    delivered: (count) => {
      events.since += count;
    },
    bytes: (organisation, direction, count) => organisationBytes.inc({ organisation, direction }, count),
    holding: (take) => createCensusMetrics(registers, take),
    timed: (store) => timedStore(store, storeMetrics),
    read: async () => ({ text: await registry.metrics(), type: registry.contentType }),
  };
}

function createRequestMetrics(registers: Registry[]) {
  return {
    requests: new Counter({
      name: 'sallyport_http_requests_total',
      help: 'Requests answered.',
      labelNames: ['route', 'method', 'status'],
      registers,
    }),
    durations: new Histogram({
      name: 'sallyport_http_request_seconds',
      help: 'Time to answer a request that is not held.',
      labelNames: ['route', 'method'],
      buckets: requestSeconds,
      registers,
    }),
    holds: new Gauge({
      name: 'sallyport_held_requests',
      help: 'Polls, waits and streams that are held now.',
      labelNames: ['route'],
      registers,
    }),
    bodyBytes: new Gauge({
      name: 'sallyport_body_bytes',
      help: 'Bytes of bodies that are on their way or being answered.',
      registers,
    }),
    alarms: new Counter({
      name: 'sallyport_alarms_total',
      help: 'Times that all callers together passed an alarm limit; the log uses the same name.',
      labelNames: ['alarm'],
      registers,
    }),
  };
}

/** Events written since the last read. They are added to the metric when it is read and not at each event, because a thousand streams write each event. */
function createEventMetrics(registers: Registry[]): { since: number } {
  const events = { since: 0 };
  new Counter({
    name: 'sallyport_stream_events_total',
    help: 'Events written to streams.',
    collect() {
      this.inc(events.since);
      events.since = 0;
    },
    registers,
  });
  return events;
}

/** A census reads something of each machine: no scrape takes it anew within this time, in ms, nor within so many times what the last one took. */
const CENSUS_MS = 15_000;
const CENSUS_SHARE = 100;

/** The census taken last; undefined where the store is away: its own metrics say so, and these stay as they were. */
function lately(take: () => Promise<Census>): () => Promise<Census | undefined> {
  let nextAt = 0;
  let taken: Promise<Census | undefined> | undefined;
  const takeNow = async () => {
    const startedAt = performance.now();
    const census = await take().catch(() => undefined);
    const endedAt = performance.now();
    nextAt = endedAt + Math.max(CENSUS_MS, CENSUS_SHARE * (endedAt - startedAt));
    return census;
  };
  return () => {
    if (taken !== undefined && performance.now() < nextAt) return taken;
    nextAt = Number.POSITIVE_INFINITY;
    taken = takeNow();
    return taken;
  };
}

/** Gauges of one number, each with its help. */
const censusGauges: readonly (readonly [name: string, help: string, numberIn: (census: Census) => number])[] = [
  ['sallyport_organisations', 'Organisations of the relay.', ({ organisations }) => organisations],
  ['sallyport_documents', 'Documents of all machines.', ({ documents }) => documents],
  ['sallyport_store_bytes', 'Size of the SQLite file, or the memory of Redis.', ({ storeBytes }) => storeBytes],
  ['sallyport_feeds', 'Feeds of organisations and machines that have events.', ({ feeds }) => feeds.count],
  ['sallyport_feed_entries_max', 'Events of the longest feed.', ({ feeds }) => feeds.entriesMax],
  ['sallyport_feed_age_seconds_max', 'Age of the oldest event in a feed.', ({ feeds }) => feeds.ageMsMax / 1000],
];

function createCensusMetrics(registers: Registry[], take: () => Promise<Census>): void {
  const census = lately(take);
  for (const [name, help, numberIn] of censusGauges)
    new Gauge({
      name,
      help,
      async collect() {
        const found = await census();
        if (found !== undefined) this.set(numberIn(found));
      },
      registers,
    });
  new Gauge({
    name: 'sallyport_machines',
    help: 'Machines by status.',
    labelNames: ['status'],
    async collect() {
      for (const [status, count] of (await census())?.machines ?? []) this.set({ status }, count);
    },
    registers,
  });
  new Gauge({
    name: 'sallyport_commands',
    help: 'Commands that are queued, with their machine (delivered), or of an outcome that only their machine can still say (unknown).',
    labelNames: ['state'],
    async collect() {
      for (const [state, count] of Object.entries((await census())?.commands ?? {})) this.set({ state }, count);
    },
    registers,
  });
}

function createStoreMetrics(registers: Registry[]) {
  return {
    calls: new Histogram({
      name: 'sallyport_store_seconds',
      help: 'Time of a call to the store.',
      labelNames: ['operation'],
      buckets: storeSeconds,
      registers,
    }),
    failures: new Counter({
      name: 'sallyport_store_failures_total',
      help: 'Calls to the store that failed.',
      labelNames: ['operation'],
      registers,
    }),
  };
}

function timedStore(store: Store, { calls, failures }: ReturnType<typeof createStoreMetrics>): Store {
  return storeWith(store, async (operation, call) => {
    const startedAt = performance.now();
    try {
      return await call();
    } catch (error) {
      failures.inc({ operation });
      throw error;
    } finally {
      calls.observe({ operation }, (performance.now() - startedAt) / 1000);
    }
  });
}
