/** An executor over a real journal and a real project, without a relay: commands go in, outcomes come out. */
import { join } from 'node:path';
import type { CommandDelivered, ResultItem } from '#contract/bridge.ts';
import type { DeviceKey } from '#contract/device-key.ts';
import { documentKey } from '#contract/document-key.ts';
import { kindNamed } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import type { AnswerItem } from '#contract/query.ts';
import { openDecisions } from '../../bridge/approvals/decisions.ts';
import { enterAudit } from '../../bridge/audit/log.ts';
import { createAuditQueue } from '../../bridge/audit/queue.ts';
import { createExecutor, type Executor } from '../../bridge/commands/execute.ts';
import { type Journal, openJournal } from '../../bridge/commands/journal.ts';
import { openNonces } from '../../bridge/commands/nonces.ts';
import { createQueries } from '../../bridge/commands/queries.ts';
import { createExaminer } from '../../bridge/doctor/examiner.ts';
import { readPins } from '../../bridge/keys/pins.ts';
import { createSealingKeys } from '../../bridge/keys/sealing-keys.ts';
import type { ToolHome } from '../../bridge/projects/homes.ts';
import type { Project } from '../../bridge/projects/project.ts';
import type { Sessions } from '../../bridge/sessions/sessions.ts';
import { eventually } from './eventually.ts';
import { scanProject } from './project.ts';
import { openTemporaryFolder } from './projects.ts';
import { endKeeper, openTestSessions } from './sessions.ts';
import { openWatchList } from './watch-list.ts';

export interface Workshop extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly executor: Executor;
  readonly journal: Journal;
  readonly sessions: Sessions & AsyncDisposable;
  project(): Project;
  /** Describes the project's files anew. */
  rescan(): Promise<Project>;
  /** Runs one command to its end. */
  run(kind: string, args: Record<string, unknown>, more?: Partial<CommandDelivered>): Promise<ResultItem>;
  /** Asks one query. */
  ask(kind: string, args: Record<string, unknown>): Promise<AnswerItem>;
  /** A next life of the bridge on the same data folder, which has taken up what this one left. */
  restart(): Promise<Workshop>;
  /** What a next life of the bridge makes of the journal that a killed one left: the outcome of a command. */
  recover(id: string): Promise<ResultItem | undefined>;
  policy: Policy;
  /** The keys of devices that the relay lists; by default none. */
  deviceKeys: readonly DeviceKey[];
  /** All watched projects; by default the one. */
  projects: readonly Project[];
  /** The homes of tools on the machine; by default none. */
  homes: readonly ToolHome[];
  /** The relay's clock in ms. */
  now: number;
  /** What the relay says when a lease is to be renewed. */
  renew: () => Promise<boolean>;
}

let counter = 0;

/** A command as the relay would deliver it now. */
export function delivered(
  kind: string,
  args: Record<string, unknown>,
  more: Partial<CommandDelivered> = {},
): CommandDelivered {
  counter += 1;
  const times = { expiresAt: Date.now() + 60_000, leasedUntil: Date.now() + 90_000 };
  return {
    id: `command-${counter}`,
    position: counter,
    kind,
    args: argsFor(kind, args),
    by: 'somebody',
    lease: '1.1',
    ...times,
    ...more,
  };
}

/** Of the project, unless the kind concerns the machine as a whole. */
function argsFor(kind: string, args: Record<string, unknown>): Record<string, unknown> {
  return kindNamed(kind)?.scope === 'machine' ? args : { project: 'shop', ...args };
}

/** Makes a project with `make` and an executor for it; `data` is a data folder elsewhere. */
export async function openWorkshop(make: (root: string) => Promise<unknown>, data?: string): Promise<Workshop> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(await openTemporaryFolder());
  const root = join(folder.path, 'shop');
  opened.defer(() => endKeeper(data ?? folder.path));
  await make(root);
  const project = await scanProject(root);
  const state: State = { project, homes: [], policy: defaultPolicy, now: Date.now(), renew: async () => true };
  const workshop = await openLife(data ?? folder.path, root, state);
  opened.use(workshop);
  const held = opened.move();
  return Object.assign(workshop, { [Symbol.asyncDispose]: () => held.disposeAsync() });
}

interface State {
  project: Project;
  /** What the relay lists. */
  deviceKeys?: readonly DeviceKey[];
  /** Where there are several. */
  projects?: readonly Project[];
  homes: readonly ToolHome[];
  policy: Policy;
  now: number;
  renew: () => Promise<boolean>;
}

/** One life of a bridge on a data folder. */
async function openLife(folder: string, root: string, state: State): Promise<Workshop> {
  await using opened = new AsyncDisposableStack();
  const journal = opened.use(await openJournal(folder, () => state.now));
  const nonces = opened.use(await openNonces(folder, () => state.now));
  const audit = opened.use(
    createAuditQueue({
      write: (act) => enterAudit(folder, act, state.now),
      onTrouble: () => {},
      waitMs: () => 20,
    }),
  );
  const all = () => state.projects ?? [state.project];
  const documents = () => all().flatMap((project) => [...project.documents.values()]);
  const approvals = () => all().flatMap((project) => [...project.documents.ofKind('approval')]);
  const decisions = opened.use(
    openDecisions({
      folder,
      document: (key) => documents().find((document) => documentKey(document) === key),
      present: () => new Set(all().map(({ id }) => id)),
      tell: () => {},
      onTrouble: (error) => defects.push(error),
    }),
  );
  decisions.begin(approvals());
  const defects: unknown[] = [];
  const sessions = opened.use(await openTestSessions(folder, { record: (act) => void audit.enter(act) }));
  const rules = {
    projects: all,
    sessions,
    sealingKeys: createSealingKeys(async () => state.deviceKeys ?? []),
    decisions,
    homes: async () => state.homes,
    watchList: await openWatchList(folder, all),
    policy: () => state.policy,
    signatures: { pins: () => readPins(folder), nonces, now: () => state.now },
    serverNow: () => state.now,
    onDefect: (_: string, error: unknown) => defects.push(error),
  };
  const queries = createQueries({
    ...rules,
    records: () => [],
    examine: createExaminer(async () => ({
      ...{ env: {}, data: folder, origin: undefined, key: undefined, proxy: undefined, roots: [root] },
      ...{ connectMs: 1000, holdMs: 1000 },
    })),
    record: (act) => void audit.enter(act),
    onAnswer: () => {},
  });
  const executor = createExecutor({
    ...rules,
    journal,
    record: audit.enter,
    takeIn: async () => {},
    renew: () => state.renew(),
    onSettled: decisions.settled,
    onResult: () => {},
  });
  const held = opened.move();
  return {
    folder,
    root,
    executor,
    journal,
    sessions,
    project: () => state.project,
    rescan: async () => {
      state.project = await scanProject(root);
      decisions.begin(approvals());
      return state.project;
    },
    run: async (kind, args, more) => {
      const command = delivered(kind, args, more);
      await executor.accept([command]);
      await executor.idle();
      const result = executor.results().find(({ id }) => id === command.id);
      if (result === undefined || defects.length > 0) throw new Error('no result', { cause: defects[0] });
      return result;
    },
    ask: async (kind, args) => {
      counter += 1;
      const id = `query-${counter}`;
      const by = { person: 'person-one', name: 'somebody', role: 'viewer', scopes: ['read'] };
      queries.ask([{ id, kind, args: argsFor(kind, args), by, until: state.now + limits.queryMs }]);
      return await eventually(() => queries.answers().find((answer) => answer.id === id));
    },
    restart: async () => {
      const next = await openLife(folder, root, state);
      await next.executor.recover();
      return next;
    },
    recover: async (id) => {
      await using next = await openLife(folder, root, state);
      await next.executor.recover();
      await next.executor.idle();
      return next.executor.results().find((result) => result.id === id);
    },
    get projects() {
      return state.projects ?? [state.project];
    },
    set projects(projects: readonly Project[]) {
      state.projects = projects;
    },
    get homes() {
      return state.homes;
    },
    set homes(homes: readonly ToolHome[]) {
      state.homes = homes;
    },
    get deviceKeys() {
      return state.deviceKeys ?? [];
    },
    set deviceKeys(listed: readonly DeviceKey[]) {
      state.deviceKeys = listed;
    },
    get policy() {
      return state.policy;
    },
    set policy(policy: Policy) {
      state.policy = policy;
    },
    get now() {
      return state.now;
    },
    set now(now: number) {
      state.now = now;
    },
    get renew() {
      return state.renew;
    },
    set renew(renew: () => Promise<boolean>) {
      state.renew = renew;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
