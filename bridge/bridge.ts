/** A whole bridge in one process: projects watched, commands executed, one link to one relay. */
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { startDoor } from './agents/start-door.ts';
import { createAnnouncement } from './announcement.ts';
import { createEarlyActs } from './audit/early-acts.ts';
import { createTellClock } from './clock-condition.ts';
import type { Placed } from './commands/effects/perform.ts';
import { performUnasked } from './commands/effects/perform-unasked.ts';
import { openCommands } from './commands/open-commands.ts';
import { sayDamage } from './conditions.ts';
import type { DataFolder } from './data/data-folder.ts';
import { openInstance } from './data/instance.ts';
import { openLock } from './data/lock.ts';
import { createPolicy } from './data/policy.ts';
import { createPositionKeeper } from './data/position.ts';
import { createExaminer, patientOf } from './doctor/examiner.ts';
import { openFollowers, recordsOf } from './followers.ts';
import { createHearing } from './hearing.ts';
import { createJobKeeper } from './jobs/keeper.ts';
import { createPins } from './keys/pins.ts';
import { createSealingKeys } from './keys/sealing-keys.ts';
import type { Log } from './log.ts';
import { createClient } from './net/client.ts';
import type { ProxyServer } from './net/proxy.ts';
import { createRelayProof } from './net/relay-proof.ts';
import { sayWays, type WayFinder } from './net/ways.ts';
import type { ToolHome } from './projects/homes.ts';
import { lookForProjects } from './projects/offers.ts';
import { type ProjectStatus, type Projects, startProjects } from './projects/projects.ts';
import type { Env } from './projects/registries.ts';
import { createWatchList } from './projects/watch-list.ts';
import { type BridgeEvent, createReport } from './report.ts';
import { createRest } from './rest.ts';
import { dropOldFiles } from './sessions/output-files.ts';
import { mayTypeInto, startSessions } from './sessions/start-sessions.ts';
import { openStatusFile } from './status-file.ts';
import type { LinkState } from './sync/link.ts';
import { isFullOf } from './sync/read-ahead.ts';
import { createRounds } from './sync/rounds.ts';
import { createLink } from './sync/run-link.ts';
import { createUntold, type Untold } from './sync/untold.ts';
import { startTimers } from './timers.ts';
import { createBodies } from './watch/bodies.ts';
import { createWatchBudget } from './watch/watch-budget.ts';

export interface BridgeOptions {
  readonly origin: URL;
  readonly key: string;
  /** The relay's identity key, where it is pinned. */
  readonly relayKey?: string | undefined;
  /** A fixed proxy, or who finds the ways to the relay; undefined for a direct connection. */
  readonly proxy: ProxyServer | WayFinder | undefined;
  /** What the machine is called. */
  readonly name: string;
  readonly data: DataFolder;
  /** Absolute real paths of the projects. */
  readonly roots: readonly string[];
  /** Where a run that names no projects looks for more: what the tools have registered now, as absolute real paths. */
  readonly registered?: () => Promise<readonly string[]>;
  /** The homes of the tools that have run on this machine; none by default. */
  readonly homes?: () => Promise<readonly ToolHome[]>;
  /** Says where the home folder and the registries of tools are. */
  readonly env?: Env;
  /** How changes are found; `poll` looks every few seconds. */
  readonly watch?: 'events' | 'poll';
  /** The most watches of the system that are taken; by default a part of what it allows. */
  readonly watches?: number | undefined;
  /** The port of the door for agents on this machine; absent: no door. */
  readonly agents?: { readonly port: number; readonly env: Readonly<Record<string, string | undefined>> };
  readonly log: Log;
  readonly onEvent?: (event: BridgeEvent) => void;
}

export interface Bridge extends AsyncDisposable {
  status(): { readonly state: LinkState; readonly projects: readonly ProjectStatus[] };
  /** The problem for which the relay refused this bridge for good; undefined once it was stopped here. */
  readonly ended: Promise<Problem | undefined>;
}

const idleMs = 600;
const noHomes = async () => [];

/** Starts a bridge; resolves when the first scan is over, before the relay has answered. Throws LockHeld. */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  await using opened = new AsyncDisposableStack();
  opened.use(await openLock(options.data.path));
  const parts = await openParts(options, opened);
  const { report, projects, commands, link, position } = parts;
  await commands.executor.recover();
  const timers = opened.use(await startLooking(options, parts));
  const door = options.agents && (await startDoor({ ...options.agents, ...doorOf(options, parts) }));
  if (door !== undefined) report.doors(opened.use(door));
  const stopping = new AbortController();
  const ended = link.run(stopping.signal);
  void ended.then((problem) =>
    report.tell({ event: 'stopped', ...(problem && { code: problem.code, why: problem.message }) }),
  );
  const held = opened.move();
  return {
    status: () => ({ state: report.state(), projects: projects.status() }),
    ended,
    [Symbol.asyncDispose]: async () => {
      timers[Symbol.dispose]();
      stopping.abort();
      await ended;
      await Promise.race([commands.executor.idle(), delay(idleMs)]);
      await position.flush();
      await held.disposeAsync();
    },
  };
}

function doorOf({ origin, data, log }: BridgeOptions, { projects, report }: Parts) {
  return { projects, origin: origin.origin, machine: data.machine, log, onChange: report.noted };
}

/** For the status file; undefined before the first connection, and with a fixed proxy. */
function wayOf(proxy: BridgeOptions['proxy']) {
  const ways = proxy !== undefined && 'find' in proxy ? proxy.last() : undefined;
  return ways && { by: ways.by, source: ways.source, says: sayWays(ways) };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** All parts of a bridge, which know each other and do nothing yet but watch. */
async function openParts(options: BridgeOptions, opened: AsyncDisposableStack) {
  const { data, log, origin, key, proxy, name, roots, watch } = options;
  const instance = await openInstance(data.path);
  const proof = createRelayProof(options.relayKey);
  const client = opened.use(createClient({ origin, key, proxy, proof }));
  const file = opened.use(openStatusFile(join(data.path, 'status.json'), origin.origin));
  const way = () => wayOf(proxy);
  const report = createReport({ log, file, tell: options.onEvent ?? (() => undefined), where: origin.host, way });
  const { conditions } = report;
  const [clock, untold, rounds, bodies] = [createTellClock(conditions), createUntold(), createRounds(), createBodies()];
  let watched: Projects | undefined;
  const { decisions, progress, checkouts, seeAll } = openFollowers(options, untold, () => watched, opened);
  const projects = opened.use(
    await startProjects({
      ...{ data, roots, bodies, conditions, ...readingLimits(options, report, untold), ...(watch && { watch }) },
      onChanges: (changes) => {
        // What is read until they begin, they see then.
        if (watched === undefined) return;
        // First the decision, so that it goes with the change that shows it.
        decisions.changed(changes);
        progress.changed(changes);
        checkouts.changed(changes);
        untold.changed(changes);
      },
      onAnnounce: () => rounds.again('resync', 'the projects have changed'),
      onState: report.project,
      onWhole: seeAll,
    }),
  );
  watched = projects;
  report.lists(projects.status);
  seeAll();
  const policy = createPolicy(data.path, sayDamage(conditions, 'policy-damaged'));
  const pins = createPins(data.path, sayDamage(conditions, 'device-keys-damaged'));
  const renew = () => link.renew();
  const homes = options.homes ?? noHomes;
  const watchList = createWatchList({ data, projects, env: options.env ?? {} });
  await checkouts.begin(watchList.workspaces);
  const where = { folder: data.path, log, conditions, clock, homes };
  const ground = { ...where, policy, pins, projects, untold, watchList, decisions };
  const examine = createExaminer(() => patientOf(options, projects.all()));
  const acts = createEarlyActs();
  const sealingKeys = createSealingKeys(async () => (await client.call('bridgeDeviceKeys')).items);
  const more = { record: acts.record, mayType: mayTypeInto(policy, projects.all), relayNow: clock.now, pins };
  const sessions = await startSessions(options, { ...untold, ...more }, opened);
  const commands = opened.use(
    await openCommands({ ...ground, sessions, sealingKeys, renew, examine, records: decisions.records }),
  );
  acts.open(commands);
  const [announcement, position] = [createAnnouncement({ ...ground, name }), createPositionKeeper(data)];
  const link = createLink({
    ...{ client, clock, instance, untold, rounds, queries: commands.queries, commands: commands.executor },
    ...{ sides: projects.sides, documents: projects, announced: announcement.say },
    acknowledged: data.acknowledged,
    records: recordsOf(decisions, progress, checkouts, sessions),
    channels: sessions,
    hears: createHearing({ report, projects, bodies, data, proof, position, rest: createRest() }),
  });
  return { client, clock, policy, report, rounds, projects, commands, announcement, position, link };
}

/** How much is watched, and how much is read before it goes up. */
function readingLimits(
  { watches }: BridgeOptions,
  { state }: { readonly state: () => LinkState },
  { pending }: Untold,
) {
  return { watches: createWatchBudget(watches), isFull: isFullOf({ state, pending }) };
}

/** Starts what is done by the clock; resolves when the registries of projects were looked at. */
async function startLooking(options: BridgeOptions, parts: Parts): Promise<Disposable> {
  const { data, registered, log } = options;
  const { projects, report, client, clock, rounds, announcement } = parts;
  const look = async () => {
    if (registered === undefined) return;
    await lookForProjects({ data, projects, conditions: report.conditions, registered }).catch((error: unknown) =>
      log.warn(`looking for projects failed: ${reasonOf(error)}`),
    );
  };
  await look();
  const lookAtJobs = jobKeeperOf(options, parts);
  return startTimers({
    ...{ rounds, projects, clock, announcement, renew: client.renew, lookForProjects: look, lookAtJobs, log },
    dropOldFiles: () => dropOldFiles(data.path, Date.now()),
  });
}

function jobKeeperOf({ log, homes = noHomes }: BridgeOptions, parts: Parts): () => Promise<void> {
  const { projects, report, commands, policy } = parts;
  const { all, takeIn } = projects;
  const { record, executor } = commands;
  const perform = (effects: readonly Placed[]) => performUnasked(effects, takeIn);
  const ground = { homes, policy, projects: all, perform, conditions: report.conditions, log };
  return createJobKeeper({ ...ground, record, runApart: executor.runApart, clock: Date.now });
}
