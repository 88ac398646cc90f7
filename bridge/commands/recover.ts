/** After a crash: what the disk says of an effect that was about to happen. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '#contract/problems.ts';
import { settleReplacement } from '../files/write.ts';
import type { Project } from '../project.ts';
import { readAt } from '../watch/read.ts';
import type { OpenCommand, Outcome } from './journal.ts';
import { outcomeOf } from './outcome.ts';

/** The outcome of a command that had begun, or undefined where nothing had happened yet and it may run again. */
export async function recoverOutcome(
  { command, effect }: OpenCommand,
  projects: Iterable<Project>,
): Promise<Outcome | undefined> {
  if (effect === undefined) return undefined;
  const { step, result } = effect;
  const project = [...projects].find(({ id }) => id === step.project);
  if (project === undefined) return outcomeOf(new Problem('interrupted', 'The project is not watched any more.'));
  const { root } = project;
  if (step.to === undefined) {
    // What cannot be cleared away now is found again by the next write beside it.
    const putBack = await settleReplacement({ id: command.id, root, ...step }).catch(() => undefined);
    if (putBack !== undefined) return outcomeOf(new Problem('conflict', undefined, { currentRev: putBack }));
  }
  const side = step.to === undefined ? await sideOfFile(root, step) : await sideOfFolder(root, step.path, step.to);
  if (side === 'after') return { state: 'done', result };
  return side === 'before' ? undefined : outcomeOf(new Problem('interrupted'));
}

type Side = 'before' | 'after' | 'neither';

async function sideOfFile(
  root: string,
  { path, before, after }: { path: string; before: string | null; after: string | null },
): Promise<Side> {
  const read = await readAt(root, path);
  const rev = read.is === 'file' && 'rev' in read ? read.rev : read.is === 'absent' ? null : undefined;
  if (rev === after) return 'after';
  return rev === before ? 'before' : 'neither';
}

async function sideOfFolder(root: string, from: string, to: string): Promise<Side> {
  const [old, moved] = await Promise.all(
    [from, to].map((path) =>
      lstat(join(root, path)).then(
        (stats) => stats.isDirectory(),
        () => false,
      ),
    ),
  );
  if (old === moved) return 'neither';
  return moved ? 'after' : 'before';
}
