/** A relay in this process: the real server on a free port of loopback, the real store in a temporary folder (or a Redis of its own, where SALLYPORT_TEST_RELAY=redis), and its owner's key. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type ApiConfig, parseConfig } from '../../api/config.ts';
import { type RunningApi, startApi } from '../../api/start.ts';
import { openStore } from '../../api/store/open.ts';
import type { Store } from '../../api/store/store.ts';
import { openTemporaryFolder } from './projects.ts';
import { openRedisServer } from './redis.ts';

export interface Answered<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Body;
}

export interface AskOptions {
  /** The owner's where absent; null sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
}

export interface TestApi extends AsyncDisposable {
  readonly api: RunningApi;
  readonly url: string;
  readonly ownerKey: string;
  readonly folder: string;
  readonly config: ApiConfig;
  /** One request; any answer but JSON comes as an empty object. */
  ask<Body = Record<string, unknown>>(method: string, path: string, options?: AskOptions): Promise<Answered<Body>>;
  /** A new key of the owner with this scope. */
  keyWith(scope: string): Promise<{ readonly id: string; readonly key: string }>;
}

/** Starts a relay; `prepare` may look into its store first. */
export async function openApi(
  argv: readonly string[] = [],
  prepare?: (store: Store) => Promise<void>,
): Promise<TestApi> {
  const stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await openTemporaryFolder());
  const storeUrl = await storeOf(folder, stack);
  if (prepare !== undefined) {
    await using store = await openStore(storeUrl);
    await prepare(store);
  }
  const port = argv.includes('--port') ? [] : ['--port', '0'];
  const common = [...port, '--data', folder, '--store', storeUrl, '--log-level', 'error'];
  const { config } = parseConfig([...common, ...argv], {});
  const api = stack.use(await startApi(config));
  const { key: ownerKey } = await api.ownerKey();
  const ask = createAsk(api.url, ownerKey);
  return {
    api,
    url: api.url,
    ownerKey,
    folder,
    config,
    ask,
    keyWith: async (scope) =>
      (await ask<{ id: string; key: string }>('POST', '/v1/keys', { body: { name: scope, scope } })).json,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function storeOf(folder: string, stack: AsyncDisposableStack): Promise<string> {
  if (process.env.SALLYPORT_TEST_RELAY !== 'redis') return `sqlite:${join(folder, 'relay.sqlite')}`;
  return stack.use(await openRedisServer()).url;
}

/** Asks until it is answered, as a bridge does: what is sent again keeps its number. */
export function patient(ask: TestApi['ask']): TestApi['ask'] {
  return async (...call) => {
    for (;;) {
      const answered = await ask<never>(...call).catch(() => undefined);
      if (answered !== undefined && answered.status < 500) return answered;
      await delay(20);
    }
  };
}

/** Requests to a relay as its owner. */
export function createAsk(url: string, ownerKey: string): TestApi['ask'] {
  return async (method, path, options = {}) => await request(url, ownerKey, method, path, options);
}

async function request<Body>(
  url: string,
  ownerKey: string,
  method: string,
  path: string,
  options: AskOptions,
): Promise<Answered<Body>> {
  const { key = ownerKey, headers = {}, body, raw } = options;
  const response = await fetch(new URL(path, url), {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(raw === undefined ? {} : { body: raw }),
  });
  const isJson = /json(?!l)/.test(response.headers.get('content-type') ?? '');
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    json: (isJson && text !== '' ? JSON.parse(text) : {}) as Body,
  };
}
