/** Two machines on which every kind has something of its own to work on, with the same files in projects of other names, and a person who may only look. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Policy } from '#contract/machine.ts';
import { createAsk, type TestApi } from './api.ts';
import { approvalText } from './approvals.ts';
import { age, jobOf } from './jobs.ts';
import { specText, writeFiles } from './projects.ts';
import { sessionOf } from './session.ts';
import { type MachineInWorld, openWorld, type World } from './world.ts';

export interface Ground {
  readonly machine: MachineInWorld;
  /** The main project; `bare` has none of its names, `spare` is there to be removed. */
  readonly project: string;
  readonly bare: string;
  readonly spare: string;
  readonly root: string;
  /** Jobs of this machine are called `<machine>-<name>`. */
  readonly job: (name: string) => string;
  readonly ask: <Result = Record<string, unknown>>(kind: string, args?: Record<string, unknown>) => Promise<Result>;
  readonly rev: (path: string) => Promise<string>;
  readonly folderRev: (kind: 'spec-list' | 'spec-archived-list', spec: string) => Promise<string>;
  /** The revs that a decision on an approval sends. */
  readonly revsOf: (approval: string) => Promise<{ readonly ifRev: string; readonly fileRev: string }>;
  /** A terminal in which `cat` runs, and a run that has ended. */
  readonly terminal: string;
  readonly run: string;
  /** The rev of a record of the machine. */
  readonly recordRev: (record: string) => Promise<string>;
  /** What was moved to the trash. */
  readonly trashed: string;
  /** The key of the project that could be added. */
  readonly key: string;
  /** Writes policy.json. */
  readonly allow: (policy: Policy) => Promise<void>;
}

export interface KindsGround extends AsyncDisposable {
  readonly world: World;
  readonly ask: TestApi['ask'];
  readonly laptop: Ground;
  readonly tower: Ground;
  /** Of a member who is a viewer. */
  readonly viewerKey: string;
}

const base = '.spec-workflow';
const reviewed = (name: string) => `${base}/specs/review/${name}.md`;
const tasks = '# Tasks\n\n- [ ] 1. Draw\n  - File: a.ts\n- [ ] 2. Hang\n';

/** One approval for each kind that changes one. */
export const approvals = [
  ...['look', 'decide', 'decide-many', 'keep', 'remove'],
  ...['taken-back', 'taken-back-too', 'thrown-away'],
] as const;

export const bolder: Policy = { risks: { read: 'allow', write: 'allow', execute: 'allow', destroy: 'allow' } };

function projectFiles(): Record<string, string> {
  const asked = approvals.flatMap((name) => [
    [reviewed(name), `# ${name}\n\nWait 5 minutes.\n`],
    [`${base}/approvals/review/${name}.json`, approvalText(name, { filePath: reviewed(name), categoryName: 'review' })],
  ]);
  return {
    'specs/001-lean/README.md': specText('Lean', {}, '- [ ] Open\n'),
    [`${base}/steering/product.md`]: '# Product\n',
    [`${base}/steering/tech.md`]: '# Tech\n',
    [`${base}/specs/reading/requirements.md`]: '# Requirements\n',
    [`${base}/specs/reading/design.md`]: '# Design\n',
    [`${base}/specs/reading/tasks.md`]: tasks,
    [`${base}/specs/reading/NOTES.md`]: '# Notes\n',
    [`${base}/specs/away/design.md`]: '# Away\n',
    [`${base}/specs/writing/design.md`]: '# Writing\n',
    [`${base}/specs/ticking/tasks.md`]: tasks,
    [`${base}/specs/asking/design.md`]: '# Asking\n',
    [`${base}/archive/specs/put-away/requirements.md`]: '# Put away\n',
    [`${base}/archive/specs/back/design.md`]: '# Back\n',
    [`${base}/archive/specs/long-gone/design.md`]: '# Long gone\n',
    ...Object.fromEntries(asked),
  };
}

/** Starts relay and machines; dispose of it to end all. */
export async function openKindsGround(): Promise<KindsGround> {
  await using stack = new AsyncDisposableStack();
  const world = stack.use(await openWorld());
  const ask = createAsk(world.url, world.key);
  const [laptop, tower] = [
    await openGround(world, 'laptop', { project: 'shop', bare: 'attic', spare: 'shed', found: 'cafe' }),
    await openGround(world, 'tower', { project: 'mill', bare: 'loft', spare: 'barn', found: 'inn' }),
  ];
  const viewerKey = await keyOfViewer(ask, world.url);
  const kept = stack.move();
  return { world, ask, laptop, tower, viewerKey, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

interface Names {
  readonly project: string;
  readonly bare: string;
  readonly spare: string;
  readonly found: string;
}

async function openGround(world: World, name: string, names: Names): Promise<Ground> {
  const home = join(world.folder, `home-${name}`);
  const at = (project: string) => join(home, project);
  await makeHome(home, name, names);
  const data = join(world.folder, `bridge-${name}`);
  await mkdir(data);
  const allow = (policy: Policy) => writeFile(join(data, 'policy.json'), JSON.stringify(policy));
  await allow(bolder);
  const roots = [at(names.project), at(names.bare), at(names.spare)];
  const machine = await world.startMachine(name, roots, { HOME: home });
  const { project } = names;
  const ask = <Result>(kind: string, args: Record<string, unknown> = {}) => machine.ask<Result>(kind, args);
  const revsOf = async (approval: string) => {
    const { rev, file } = await ask<{ rev: string; file: { rev: string } }>('approval-get', { project, approval });
    return { ifRev: rev, fileRev: file.rev };
  };
  const folderRev = async (kind: string, spec: string) => {
    const { items } = await ask<{ items: { name: string; folderRev: string }[] }>(kind, { project });
    return items.find((item) => item.name === spec)?.folderRev ?? '';
  };
  const rev = async (path: string) => (await ask<{ rev: string }>('file-read', { project, path })).rev;
  const recordRev = async (record: string) =>
    (await world.call<{ rev: string }>('GET', `/v1/machines/${machine.id}/records/${record}`)).rev;
  const job = (job: string) => `${name}-${job}`;
  const ground = { machine, ...names, root: at(project), job, ask, rev, folderRev, recordRev };
  return { ...ground, revsOf, allow, ...(await prepare(machine, project, revsOf)) };
}

/** Projects, and the home of the tool with its registry and jobs. */
async function makeHome(home: string, machine: string, { project, bare, spare, found }: Names): Promise<void> {
  const at = (name: string) => join(home, name);
  await writeFiles(at(project), projectFiles());
  await age(at(`${project}/${base}/archive/specs/long-gone`), 400);
  for (const name of [bare, spare, found])
    await writeFiles(at(name), { 'specs/900-of-its-own/README.md': specText(name), [`${base}/x.md`]: '# X\n' });
  const job = (name: string) =>
    jobOf('cleanup-archived-specs', { id: `${machine}-${name}`, name, config: { daysOld: 300 } });
  const settings = { automationJobs: ['look', 'change', 'drop', 'sweep'].map(job) };
  const registered = { projectPath: at(found), workflowRootPath: at(found), instances: [] };
  await writeFiles(home, {
    '.spec-workflow-mcp/settings.json': JSON.stringify(settings, null, 2),
    '.spec-workflow-mcp/activeProjects.json': JSON.stringify({ a: registered }),
  });
}

/** What must have been done before it can be taken back or read. */
async function prepare(machine: MachineInWorld, project: string, revsOf: Ground['revsOf']) {
  const done = async (kind: string, args: Record<string, unknown>, ifRev?: string) => {
    const { state, problem, result } = await machine.send(kind, { project, ...args }, ifRev);
    if (state !== 'done') throw new Error(`${kind}: ${state} ${JSON.stringify(problem)}`);
    return result as { readonly trashed: string; readonly terminal: string; readonly run: string };
  };
  for (const approval of ['taken-back', 'taken-back-too']) {
    const { ifRev, fileRev } = await revsOf(approval);
    await done('approval-update', { approval, decision: 'approve', fileRev }, ifRev);
  }
  await done('approval-snapshot', { approval: 'look' });
  const { ifRev } = await revsOf('thrown-away');
  const { trashed } = await done('approval-delete', { approval: 'thrown-away', withdraw: true }, ifRev);
  const log = { summary: 'Drew it', filesModified: ['a.ts'], filesCreated: [], artifacts: {} };
  const statistics = { linesAdded: 1, linesRemoved: 0 };
  await done('impl-log-add', { spec: 'reading', task: '1', ...log, statistics });
  const { run } = await done('exec', { argv: ['echo', 'hello'] });
  const { terminal } = await done('terminal-open', { cols: 80, rows: 24, argv: ['cat'] });
  const { items } = await machine.ask<{ items: { key: string }[] }>('project-discover', {});
  return { trashed, run, terminal, key: items[0]?.key ?? '' };
}

/** Invited as an admin, since only admins make keys, and made a viewer then. */
async function keyOfViewer(ask: TestApi['ask'], url: string): Promise<string> {
  const invited = await ask<{ url: string }>('POST', '/v1/invitations', { body: { name: 'Vi', role: 'admin' } });
  const token = invited.json.url.split('/').at(-1);
  const opened = await ask<{ person: { id: string } }>('POST', '/v1/sessions', { key: null, body: { token } });
  const headers = { ...sessionOf(opened), origin: url, 'sec-fetch-site': 'same-origin' };
  const body = { name: 'look', scope: 'admin' };
  const made = await ask<{ key: string }>('POST', '/v1/keys', { key: null, headers, body });
  await ask('PATCH', `/v1/members/${opened.json.person.id}`, { body: { role: 'viewer' } });
  return made.json.key;
}
