/** After a crash: what the disk says of the effects that a command had begun. */
import { Problem } from '#contract/problems.ts';
import type { Project } from '../project.ts';
import { sortOf } from './effects/index.ts';
import { takeBack } from './effects/perform.ts';
import type { Outcome } from './journal-lines.ts';
import type { OpenCommand } from './journal-state.ts';
import { outcomeOf } from './outcome.ts';

/** The outcome of a command that had begun, or undefined where nothing of it is on the disk and it may run again: of one with several effects, those that were done are taken back. */
export async function recoverOutcome(
  { command, begun }: OpenCommand,
  projects: Iterable<Project>,
): Promise<Outcome | undefined> {
  const last = begun.at(-1);
  if (last === undefined) return undefined;
  const project = [...projects].find(({ id }) => id === last.project);
  if (project === undefined) return outcomeOf(new Problem('interrupted', 'The project is not watched any more.'));
  const site = { command: command.id, root: project.root };
  try {
    // Each begins when the one before it is done, so only of the last one it is not known.
    const found = await sortOf(last.step).probe(site, last.step);
    if (found === 'neither') return outcomeOf(new Problem('interrupted'));
    if (found === 'done' && last.isLast) return { state: 'done', result: last.result };
    const steps = begun.map(({ step }) => step);
    await takeBack(site, found === 'done' ? steps : steps.slice(0, -1));
    return undefined;
  } catch (error) {
    return outcomeOf(error);
  }
}
