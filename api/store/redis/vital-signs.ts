/** Watches the server: its clock, the store's handle, and whether it is still the same Redis process. */
import { randomBytes } from 'node:crypto';
import { type Store, StoreRefused } from '../store.ts';
import type { Layout } from './layout.ts';
import type { RedisLink } from './link.ts';

/** Version of the layout of the keys, stored before the handle. A newer one is refused. */
const LAYOUT = 1;
const EVERY_MS = 1000;
const VERSION_MIN = 7;

export interface VitalSigns extends AsyncDisposable {
  readonly handle: string;
  /** The server's clock in ms since 1970, by the last comparison. */
  now(): number;
  readonly rehandle: Store['rehandle'];
}

/**
 * Checks the server, reads the store's handle (creates it if there is none), and compares both every second.
 * Calls `onChange` when the handle has changed, when the server stops answering, and when it answers again. Throws StoreRefused.
 */
export async function startVitalSigns(link: RedisLink, layout: Layout, onChange: () => void): Promise<VitalSigns> {
  for (const info of await link.info()) checkServer(info);
  let clock = await compareClocks(link, layout);
  let handle = await readHandle(link, layout);
  let wasAway = false;
  const look = async () => {
    try {
      const seen = await readHandle(link, layout);
      clock = await compareClocks(link, layout);
      const isOther = wasAway || seen !== handle;
      handle = seen;
      wasAway = false;
      if (isOther) onChange();
    } catch {
      if (!wasAway) onChange();
      wasAway = true;
    }
  };
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }, EVERY_MS).unref();
  return {
    get handle() {
      return handle;
    },
    now: () => Math.floor(performance.now() + clock),
    rehandle: async () => {
      await link.send(layout.handle, 'SET', layout.handle, freshHandle());
      await look();
    },
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}

/**
 * The current handle. A Redis process that is new to this data (it was restarted, restored from a dump, or has replaced
 * another) may have lost data that readers and bridges know: the first relay that sees it gives the store a new handle.
 */
async function readHandle(link: RedisLink, layout: Layout): Promise<string> {
  const before = await storedHandle(link, layout);
  const runs = (await link.info()).map((info) => infoOf(info, 'run_id'));
  const known = (await link.send(layout.servers, 'HMGET', layout.servers, ...runs)) as (string | null)[];
  const fresh = runs.filter((_, index) => known[index] === null);
  if (before !== undefined && fresh.length === 0) return before;
  const now = new Date().toISOString();
  const added = await Promise.all(fresh.map((run) => link.send(layout.servers, 'HSETNX', layout.servers, run, now)));
  const isFirst = added.includes(1);
  await link.send(layout.handle, 'SET', layout.handle, freshHandle(), ...(isFirst ? [] : ['NX']));
  return (await storedHandle(link, layout)) ?? '';
}

async function storedHandle(link: RedisLink, layout: Layout): Promise<string | undefined> {
  const stored = await link.send(layout.handle, 'GET', layout.handle);
  if (stored === null) return undefined;
  const [, version, handle] = /^(\d+):(.+)$/.exec(String(stored)) ?? [];
  if (version === undefined || handle === undefined)
    throw new StoreRefused(`${layout.handle} is not one of Sallyport's keys. Choose another ?prefix=.`);
  if (Number(version) > LAYOUT)
    throw new StoreRefused(
      `This Redis was written by a newer Sallyport (layout ${version}, this one knows ${LAYOUT}). Update Sallyport.`,
    );
  return handle;
}

/** The difference between the server's wall clock and our monotonic clock, in ms. */
async function compareClocks(link: RedisLink, layout: Layout): Promise<number> {
  const asked = performance.now();
  const [seconds, micros] = (await link.send(layout.handle, 'TIME')) as string[];
  return Number(seconds) * 1000 + Number(micros) / 1000 - (asked + performance.now()) / 2;
}

function checkServer(info: string): void {
  const version = infoOf(info, 'redis_version');
  if (Number.parseInt(version, 10) < VERSION_MIN)
    throw new StoreRefused(`This Redis is ${version}; Sallyport needs 7.0 or newer.`);
  const policy = infoOf(info, 'maxmemory_policy');
  if (policy !== 'noeviction')
    throw new StoreRefused(
      `This Redis forgets keys when its memory is full (maxmemory-policy ${policy}), and commands with them. Set maxmemory-policy noeviction.`,
    );
}

/** One value of the server's INFO; empty where it has none of that name. */
export function infoOf(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
}

function freshHandle(): string {
  return `${LAYOUT}:${randomBytes(9).toString('base64url')}`;
}
