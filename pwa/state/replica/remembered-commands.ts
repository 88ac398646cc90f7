/** Which commands the app keeps: all live ones, and the newest settled ones of each machine. Pure. */
import type { CommandSummary } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { limits } from '#contract/limits.ts';
import { type Changes, changedItems, type Facts, noChanges } from '../facts/facts.ts';
import { factsOf } from '../facts/sorts.ts';

/** Forgets the oldest settled commands beyond `limits.commandsRememberedMax`, in the feeds where commands have changed. */
export function changesOfForgetting(changed: Changes, facts: Facts): Changes {
  const changes = noChanges();
  for (const feed of changed.get('command')?.keys() ?? []) {
    const settled = [...factsOf(facts, 'command', feed).values()].filter(({ state }) => isSettled(state));
    if (settled.length <= limits.commandsRememberedMax) continue;
    const newestFirst = (a: CommandSummary, b: CommandSummary) => b.createdAt.localeCompare(a.createdAt);
    for (const { id } of settled.sort(newestFirst).slice(limits.commandsRememberedMax))
      changedItems(changes, 'command', feed).set(id, null);
  }
  return changes;
}
