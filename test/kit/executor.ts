/** An executor over a real journal and a real project, without a relay: commands go in, outcomes come out. */
import { join } from 'node:path';
import type { CommandDelivered, ResultItem } from '#contract/bridge.ts';
import { defaultPolicy, type Policy } from '#contract/machine.ts';
import { enterAudit } from '../../bridge/audit.ts';
import { createExecutor, type Executor } from '../../bridge/commands/execute.ts';
import { type Journal, openJournal } from '../../bridge/commands/journal.ts';
import { openNonces } from '../../bridge/commands/nonces.ts';
import { readPins } from '../../bridge/pins.ts';
import type { Project } from '../../bridge/project.ts';
import { scanProject } from './project.ts';
import { openTemporaryFolder } from './projects.ts';

export interface Workshop extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly executor: Executor;
  readonly journal: Journal;
  project(): Project;
  /** Describes the project's files anew. */
  rescan(): Promise<Project>;
  /** Runs one command to its end. */
  run(kind: string, args: Record<string, unknown>, more?: Partial<CommandDelivered>): Promise<ResultItem>;
  /** What a next life of the bridge makes of the journal that a killed one left: the outcome of a command. */
  recover(id: string): Promise<ResultItem | undefined>;
  policy: Policy;
  /** The relay's clock in ms. */
  now: number;
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
    args: { project: 'shop', ...args },
    by: 'somebody',
    lease: '1.1',
    ...times,
    ...more,
  };
}

/** Makes a project with `make` and an executor for it. */
export async function openWorkshop(make: (root: string) => Promise<unknown>): Promise<Workshop> {
  const folder = await openTemporaryFolder();
  const root = join(folder.path, 'shop');
  await make(root);
  let project = await scanProject(root);
  const journal = await openJournal(folder.path);
  const nonces = await openNonces(folder.path, () => workshop.now);
  const defects: unknown[] = [];
  const createOn = (over: Journal) =>
    createExecutor({
      projects: () => [project],
      journal: over,
      policy: () => workshop.policy,
      signatures: { pins: () => readPins(folder.path), nonces, now: () => workshop.now },
      record: (act) => enterAudit(folder.path, act, workshop.now),
      serverNow: () => workshop.now,
      renew: async () => true,
      onResult: () => {},
      onDefect: (_, error) => defects.push(error),
    });
  const executor = createOn(journal);
  const workshop: Workshop = {
    folder: folder.path,
    root,
    executor,
    journal,
    project: () => project,
    rescan: async () => {
      project = await scanProject(root);
      return project;
    },
    run: async (kind, args, more) => {
      const command = delivered(kind, args, more);
      await executor.accept([command]);
      await executor.idle();
      const result = executor.results().find(({ id }) => id === command.id);
      if (result === undefined || defects.length > 0) throw new Error('no result', { cause: defects[0] });
      return result;
    },
    recover: async (id) => {
      await using again = await openJournal(folder.path);
      const next = createOn(again);
      await next.recover();
      await next.idle();
      return next.results().find((result) => result.id === id);
    },
    policy: defaultPolicy,
    now: Date.now(),
    [Symbol.asyncDispose]: async () => {
      await journal[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
  return workshop;
}
