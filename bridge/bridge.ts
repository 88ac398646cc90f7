/** A whole bridge in one process: projects watched, commands executed, one link to one relay. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { kinds } from '#contract/kinds/index.ts';
import type { Problem } from '#contract/problems.ts';
import { VERSION } from '#contract/version.ts';
import { enterAudit } from './audit.ts';
import { createAuditQueue } from './audit-queue.ts';
import { createExecutor } from './commands/execute.ts';
import { openJournal } from './commands/journal.ts';
import { openNonces } from './commands/nonces.ts';
import { createPolicy } from './commands/policy.ts';
import { createQueries } from './commands/queries.ts';
import { type ConditionChange, type Conditions, createConditions } from './conditions.ts';
import type { DataFolder } from './data.ts';
import { fileFailed } from './files/guard.ts';
import { type BridgeEvent, createHearing } from './hearing.ts';
import { openInstance } from './instance.ts';
import { openLock } from './lock.ts';
import type { Log } from './log.ts';
import { createClient } from './net/client.ts';
import type { HttpProxy } from './net/proxy.ts';
import { createRelayProof } from './net/relay-proof.ts';
import { lookForProjects } from './offers.ts';
import { readPins } from './pins.ts';
import { createPositionKeeper } from './position.ts';
import { type ProjectStatus, type Projects, startProjects } from './projects.ts';
import { openStatusFile } from './status.ts';
import { createRelayClock } from './sync/clock.ts';
import type { LinkState } from './sync/link.ts';
import { createLink, type Link } from './sync/run-link.ts';
import { systemName } from './system.ts';
import { startTimers } from './timers.ts';

export interface BridgeOptions {
  readonly origin: URL;
  readonly key: string;
  /** The relay's identity key, where it is pinned. */
  readonly relayKey?: string | undefined;
  readonly proxy: HttpProxy | undefined;
  /** What the machine is called. */
  readonly name: string;
  readonly data: DataFolder;
  /** Absolute real paths of the projects. */
  readonly roots: readonly string[];
  /** Where a run that names no projects looks for more: what the tools have registered now, as absolute real paths. */
  readonly registered?: () => Promise<readonly string[]>;
  /** How changes are found; `poll` looks every few seconds. */
  readonly watch?: 'events' | 'poll';
  readonly log: Log;
  readonly onEvent?: (event: BridgeEvent) => void;
}

export interface Bridge extends AsyncDisposable {
  status(): { readonly state: LinkState; readonly projects: readonly ProjectStatus[] };
  /** The problem for which the relay refused this bridge for good; undefined once it was stopped here. */
  readonly ended: Promise<Problem | undefined>;
}

const idleMs = 600;

/** Starts a bridge; resolves when the first scan is over, before the relay has answered. Throws LockHeld. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { data, log } = options;
  await using opened = new AsyncDisposableStack();
  opened.use(await openLock(data.path));
  const instance = await openInstance(data.path);
  const clock = createRelayClock();
  const journal = opened.use(await openJournal(data.path, clock.now, log.warn));
  const { origin, key, proxy } = options;
  const proof = createRelayProof(options.relayKey);
  const client = opened.use(createClient({ origin, key, proxy, proof }));
  const policy = createPolicy(data.path, log.warn);
  const status = opened.use(openStatusFile(join(data.path, 'status.json'), options.origin.origin));
  let link: Link | undefined;
  let state: LinkState = 'connecting';
  let why = options.origin.host;
  let watched: Projects | undefined;
  const noteStatus = () => {
    const list = [...conditions.list(), ...ofRelay.list()];
    status.note({ state, why, conditions: list, projects: watched?.status() ?? [] });
  };
  const onCondition = (change: ConditionChange) => {
    if ('said' in change) log.warn(`${change.said.title} ${change.said.hint}`);
    else log.info(`no longer true: ${change.cleared.title}`);
    noteStatus();
  };
  const conditions = createConditions({ clock: Date.now, onChange: onCondition });
  // What the relay tells is not told to it again.
  const ofRelay = createConditions({ clock: Date.now, onChange: onCondition });
  const audit = opened.use(
    createAuditQueue({
      write: (act) => enterAudit(data.path, act),
      onTrouble: (error) => sayAudit(conditions, error),
    }),
  );
  const tell = (event: BridgeEvent) => {
    if (event.event === 'connected')
      void data.keepLearned({ machine: event.machine, relayKey: proof.key() }).catch(() => undefined);
    options.onEvent?.(event);
  };

  const projects = opened.use(
    await startProjects({
      data,
      roots: options.roots,
      conditions,
      ...(options.watch && { watch: options.watch }),
      onChanges: (changes) => link?.changed(changes),
      onAnnounce: () => link?.again('resync', 'the projects have changed'),
      onState: ({ id, name }, projectState, why) => {
        log[projectState === 'watched' ? 'info' : 'warn'](`project ${name} is ${projectState}: ${why}`);
        tell({ event: 'project', id, name, state: projectState, why });
      },
    }),
  );
  watched = projects;
  const rules = {
    projects: projects.all,
    policy,
    signatures: { pins: () => readPins(data.path), nonces: opened.use(await openNonces(data.path)), now: Date.now },
    serverNow: clock.now,
    onDefect: (id: string, error: unknown) =>
      log.error(`${id} met a defect: ${error instanceof Error ? error.stack : String(error)}`),
  };
  const executor = createExecutor({
    ...rules,
    journal,
    record: audit.enter,
    takeIn: ({ project, files, folders }) => projects.takeIn(project, [...files, ...folders]),
    renew: async () => (await link?.renew()) ?? false,
    onResult: () => link?.resulted(),
  });
  const queries = createQueries({
    ...rules,
    record: (act) => void audit.enter(act),
    onAnswer: () => link?.answered(),
  });
  await executor.recover();

  const position = createPositionKeeper(data);
  link = createLink({
    client,
    clock,
    instance,
    local: projects.manifest,
    announced: () => ({
      name: options.name,
      os: systemName(),
      version: VERSION,
      projects: projects.announced(),
      kinds: Object.keys(kinds),
      policy: policy(),
      signers: readPins(data.path).map(({ fingerprint }) => fingerprint),
      ...(conditions.list().length === 0 ? {} : { conditions: [...conditions.list()] }),
    }),
    document: projects.document,
    bytes: projects.bytes,
    commands: executor,
    queries,
    acknowledged: data.acknowledged,
    hears: createHearing(
      log,
      tell,
      projects,
      position.keep,
      (next, nextWhy) => {
        state = next;
        why = nextWhy;
        noteStatus();
      },
      ofRelay,
      conditions,
    ),
  });
  const started = link;
  const { registered } = options;
  const lookForMore = async () => {
    if (registered === undefined) return;
    await lookForProjects({ data, projects, conditions, registered }).catch((error: unknown) =>
      log.warn(`looking for projects failed: ${String(error)}`),
    );
  };
  await lookForMore();
  const stopping = new AbortController();
  const timers = opened.use(
    startTimers({
      link: started,
      projects,
      announced: () => JSON.stringify([policy(), readPins(data.path), conditions.list()]),
      renew: client.renew,
      lookForProjects: lookForMore,
      log,
    }),
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

/** Says that the machine's own audit log cannot be written, or that it can be again. */
function sayAudit(conditions: Conditions, error: Error | undefined): void {
  if (error === undefined) conditions.clear('audit-not-written');
  else
    conditions.say({
      topic: 'audit-not-written',
      title: `Could not write the machine's audit log: ${fileFailed(error).detail}`,
      hint: `Commands still run, and their audit entries are kept in memory. Check free disk space and the owner of audit.jsonl in the bridge's data folder.`,
    });
}
