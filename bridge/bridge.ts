/** A whole bridge in one process: projects watched, commands executed, one link to one relay. */
import { release, type } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Acknowledged } from '#contract/bridge.ts';
import { commandKinds } from '#contract/commands/index.ts';
import { limits } from '#contract/limits.ts';
import type { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { createExecutor } from './commands/execute.ts';
import { openJournal } from './commands/journal.ts';
import { createPolicy } from './commands/policy.ts';
import type { DataFolder } from './data.ts';
import { openLock } from './lock.ts';
import type { Log } from './log.ts';
import { createClient } from './net/client.ts';
import type { HttpProxy } from './net/proxy.ts';
import { type ProjectStatus, type Projects, startProjects } from './projects.ts';
import { openStatusFile } from './status.ts';
import { createRelayClock } from './sync/clock.ts';
import type { LinkState } from './sync/link.ts';
import { createLink, type Link, type LinkHears } from './sync/run-link.ts';
import { startWakeWatch } from './sync/wake.ts';

export interface BridgeOptions {
  readonly origin: URL;
  readonly key: string;
  readonly proxy: HttpProxy | undefined;
  /** What the machine is called. */
  readonly name: string;
  readonly data: DataFolder;
  /** Absolute real paths of the projects. */
  readonly roots: readonly string[];
  readonly log: Log;
  readonly onEvent?: (event: BridgeEvent) => void;
}

/** What programs hear of a bridge: one line of JSON each with `--json`. */
export type BridgeEvent =
  | { readonly event: 'connected'; readonly machine: string; readonly epoch: number; readonly resync: boolean }
  | { readonly event: 'synced'; readonly projects: readonly SyncedProject[] }
  | { readonly event: 'state'; readonly state: LinkState; readonly why: string }
  | { readonly event: 'trouble'; readonly why: string; readonly nextTryMs: number }
  | {
      readonly event: 'project';
      readonly id: string;
      readonly name: string;
      readonly state: string;
      readonly why: string;
    }
  | { readonly event: 'stopped'; readonly code?: string; readonly why?: string };

export type SyncedProject = Omit<ProjectStatus, 'root' | 'state'>;

export interface Bridge extends AsyncDisposable {
  status(): { readonly state: LinkState; readonly projects: readonly ProjectStatus[] };
  /** The problem for which the relay refused this bridge for good; undefined once it was stopped here. */
  readonly ended: Promise<Problem | undefined>;
}

const idleMs = 600;
const policyLookMs = 10_000;

/** Starts a bridge; resolves when the first scan is over, before the relay has answered. Throws LockHeld. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { data, log } = options;
  await using opened = new AsyncDisposableStack();
  opened.use(await openLock(data.path));
  const journal = opened.use(await openJournal(data.path));
  const client = opened.use(createClient({ origin: options.origin, key: options.key, proxy: options.proxy }));
  const clock = createRelayClock();
  const policy = createPolicy(data.path, log.warn);
  const status = opened.use(openStatusFile(join(data.path, 'status.json'), options.origin.origin));
  let link: Link | undefined;
  let state: LinkState = 'connecting';
  const tell = (event: BridgeEvent) => options.onEvent?.(event);

  const projects = opened.use(
    await startProjects({
      data,
      roots: options.roots,
      onChanges: (changes) => link?.changed(changes),
      onAnnounce: () => link?.again('resync', 'the projects are other now'),
      onState: ({ id, name }, projectState, why) => {
        log[projectState === 'watched' ? 'info' : 'warn'](`project ${name} is ${projectState}: ${why}`);
        tell({ event: 'project', id, name, state: projectState, why });
      },
    }),
  );
  const executor = createExecutor({
    projects: projects.all,
    journal,
    policy,
    serverNow: clock.now,
    renew: async () => (await link?.renew()) ?? false,
    onResult: () => link?.resulted(),
    onDefect: (id, error) =>
      log.error(`command ${id} met a defect: ${error instanceof Error ? error.stack : String(error)}`),
  });
  await executor.recover();

  const position = createPositionKeeper(data);
  link = createLink({
    client,
    clock,
    local: projects.manifest,
    announced: () => ({
      name: options.name,
      os: `${type()} ${release()}`.slice(0, 100),
      version: VERSION,
      projects: projects.announced(),
      kinds: Object.keys(commandKinds),
      policy: policy(),
    }),
    document: projects.document,
    bytes: projects.bytes,
    commands: executor,
    acknowledged: data.acknowledged,
    hears: hearing(log, tell, projects, position.keep, (next) => {
      state = next;
      status.note({ state, projects: projects.status() });
    }),
  });
  const started = link;
  const stopping = new AbortController();
  const timers = opened.use(
    startTimers({ link: started, projects, policy: () => JSON.stringify(policy()), renew: client.renew, log }),
  );
  const ended = started.run(stopping.signal);
  void ended.then((problem) =>
    tell({ event: 'stopped', ...(problem && { code: problem.code, why: problem.message }) }),
  );
  const held = opened.move();
  return {
    status: () => ({ state, projects: projects.status() }),
    ended,
    [Symbol.asyncDispose]: async () => {
      timers[Symbol.dispose]();
      stopping.abort();
      await ended;
      await Promise.race([executor.idle(), delay(idleMs)]);
      await position.flush();
      await held.disposeAsync();
    },
  };
}

/** What is told of the link, to people and to programs. */
function hearing(
  log: Log,
  tell: (event: BridgeEvent) => void,
  projects: Projects,
  keepPosition: (acknowledged: Acknowledged) => void,
  noteState: (state: LinkState) => void,
): LinkHears {
  let lastTrouble = '';
  return {
    connected: ({ machine, epoch, resync }) => {
      log.info(
        `connected as ${machine}, epoch ${epoch}${resync ? ', comparing what both hold' : ', nothing to compare'}`,
      );
      lastTrouble = '';
      tell({ event: 'connected', machine, epoch, resync });
    },
    synced: () => {
      const synced = projects.status().map(({ id, name, formats, documents }) => ({ id, name, formats, documents }));
      log.info(`everything is up: ${synced.map(({ name, documents }) => `${name} (${documents})`).join(', ')}`);
      tell({ event: 'synced', projects: synced });
    },
    state: (state, why) => {
      if (state === 'interrupted') log.warn(`the link is interrupted: ${why}`);
      else log.debug(`${state}: ${why}`);
      noteState(state);
      tell({ event: 'state', state, why });
    },
    trouble: ({ message }, nextTryMs) => {
      log[message === lastTrouble ? 'debug' : 'warn'](`${message} Trying again in ${Math.ceil(nextTryMs / 1000)} s`);
      lastTrouble = message;
      tell({ event: 'trouble', why: message, nextTryMs });
    },
    acknowledged: (acknowledged, told) => {
      keepPosition(acknowledged);
      for (const entry of told) {
        const rev = projects.document(`${entry.project}\n${entry.path}`)?.rev;
        if (rev !== undefined) projects.uploaded(rev);
        log.debug(`up: ${entry.path}`);
      }
    },
    refused: ({ path }, problem) => log.warn(`the relay does not take ${path}: ${problem.message} (${problem.code})`),
    note: log.info,
  };
}

/** Writes the position soon, not at every batch: one that lags behind costs nothing. */
function createPositionKeeper(data: DataFolder) {
  let latest: Acknowledged | undefined;
  let writing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const acknowledged = latest;
    latest = undefined;
    if (acknowledged !== undefined)
      writing = writing.then(() => data.keepAcknowledged(acknowledged)).catch(() => undefined);
    return writing;
  };
  return {
    keep: (acknowledged: Acknowledged) => {
      latest = acknowledged;
      timer ??= setTimeout(flush, 1000);
    },
    flush,
  };
}

interface TimersDeps {
  readonly link: Link;
  readonly projects: Projects;
  readonly policy: () => string;
  readonly renew: () => void;
  readonly log: Log;
}

/** What happens by the clock: waking from sleep, fresh connections, a policy that its owner changed. */
function startTimers({ link, projects, policy, renew, log }: TimersDeps): Disposable {
  const wake = startWakeWatch((sleptMs) => {
    log.info(`this machine slept for ${Math.round(sleptMs / 1000)} s; connecting anew`);
    link.again('woke', 'the machine slept');
    void projects.rescan();
  });
  const renewing = setInterval(renew, limits.connectionRenewMs);
  let announced = policy();
  const looking = setInterval(() => {
    const now = policy();
    if (now === announced) return;
    announced = now;
    link.again('resync', 'policy.json is other now');
  }, policyLookMs);
  return {
    [Symbol.dispose]: () => {
      wake[Symbol.dispose]();
      clearInterval(renewing);
      clearInterval(looking);
    },
  };
}
