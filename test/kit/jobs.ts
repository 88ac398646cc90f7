/** A workshop with the home of a tool beside its project, as the dashboard of spec-workflow keeps it. */
import { lutimes, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { CommandProblem } from '#contract/command.ts';
import type { Policy } from '#contract/machine.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { openWorkshop, type Workshop } from './executor.ts';
import { writeFiles } from './projects.ts';

export const settingsFile = 'settings.json';
export const historyFile = 'job-execution-history.json';

/** The owner lets jobs run. */
export const bold: Policy = { risks: { read: 'allow', write: 'allow', execute: 'refuse', destroy: 'allow' } };

export interface JobShop extends AsyncDisposable {
  readonly shop: Workshop;
  /** Absolute path of the tool's home. */
  readonly home: string;
  /** Writes the jobs of the settings, beside a member that we do not know. */
  keep(...jobs: readonly object[]): Promise<void>;
  read(file: string): Promise<Record<string, unknown>>;
  /** The rev of the settings now. */
  rev(): Promise<string>;
  /** Asks a query; its result, or the code of its problem. */
  ask(kind: string, args: Record<string, unknown>): Promise<unknown>;
  /** Sends a command; its result, or state and code. */
  run(kind: string, args: Record<string, unknown>, ifRev?: string): Promise<unknown>;
}

const day = 24 * 60 * 60_000;

/** A job as the tool writes it. */
export function jobOf(type: string, more: object = {}): Record<string, unknown> {
  const times = { createdAt: '2026-01-01T00:00:00.000Z' };
  return {
    id: type,
    name: `Job ${type}`,
    type,
    enabled: false,
    config: { daysOld: 30 },
    schedule: '0 2 * * *',
    ...times,
    ...more,
  };
}

/** Makes a project with `make` and opens it with the home of spec-workflow. */
export async function openJobShop(make: (root: string) => Promise<unknown>): Promise<JobShop> {
  const shop = await openWorkshop(make);
  const home = join(dirname(shop.root), 'home');
  await mkdir(home);
  shop.homes = [{ tool: 'spec-workflow', id: 'home:spec-workflow', root: home, formats: ['spec-workflow'] }];
  shop.policy = bold;
  const bytes = (file: string) => readFile(join(home, file));
  return {
    shop,
    home,
    keep: async (...jobs) => {
      const settings = { automationJobs: jobs, theirs: { kept: [1] }, createdAt: 'then', lastModified: 'then' };
      await writeFile(join(home, settingsFile), JSON.stringify(settings, null, 2));
    },
    read: async (file) => JSON.parse(String(await bytes(file))) as Record<string, unknown>,
    rev: () => bytes(settingsFile).then(revOf, () => 'absent'),
    ask: async (kind, args) => {
      const { result, problem } = await shop.ask(kind, args);
      return result ?? (problem as CommandProblem).code;
    },
    run: async (kind, args, ifRev) => {
      const { state, result, problem } = await shop.run(kind, args, ifRev === undefined ? {} : { ifRev });
      return state === 'done' ? result : `${state} ${(problem as CommandProblem | undefined)?.code ?? ''}`.trim();
    },
    [Symbol.asyncDispose]: () => shop[Symbol.asyncDispose](),
  };
}

/** Makes a file or folder, with everything in it, as old as this. */
export async function age(path: string, days: number): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) await age(join(path, entry.name), days);
  const then = new Date(Date.now() - days * day);
  await lutimes(path, then, then);
}

/** A project with two old specs, one of which has an approval that waits, a new one, and an archived one. */
export async function makeOldProject(root: string): Promise<void> {
  const base = '.spec-workflow';
  await writeFiles(root, {
    [`${base}/specs/old-one/requirements.md`]: '# Old one\n',
    [`${base}/specs/old-one/tasks.md`]: '# Tasks\n\n- [x] 1. Done\n- [ ] 2. Open\n',
    [`${base}/specs/old-two/design.md`]: '# Old two\n',
    [`${base}/specs/fresh/design.md`]: '# Fresh\n',
    [`${base}/archive/specs/past/design.md`]: '# Past\n',
    [`${base}/approvals/old-one/approval_1.json`]: JSON.stringify({ id: 'approval_1', status: 'pending' }),
    [`${base}/approvals/old-two/approval_2.json`]: JSON.stringify({ id: 'approval_2', status: 'approved' }),
  });
  await age(join(root, base), 60);
  await age(join(root, base, 'specs/fresh/design.md'), 1);
}
