/** Conditions of this machine, which people should know about while they last. They appear in the log, `sallyport status` and the app. */
import type { Condition } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';
import type { DamagedFile } from './data/private-file.ts';

export type Said = Omit<Condition, 'since'>;

/** A change: a condition that began, or one that has ended. */
export type ConditionChange = { readonly said: Condition } | { readonly cleared: Condition };

export interface Conditions {
  /** Sets a condition. The same again changes nothing; new text replaces the old one, and `since` stays. */
  say(condition: Said): void;
  /** It is over. */
  clear(topic: string, project?: string): void;
  /** In the order in which they began. */
  list(): readonly Condition[];
}

interface Deps {
  /** Ms since 1970. */
  readonly clock: () => number;
  readonly onChange: (change: ConditionChange) => void;
}

/** An empty list of at most `conditionsMax` conditions; further ones are dropped. */
export function createConditions({ clock, onChange }: Deps): Conditions {
  const held = new Map<string, Condition>();
  const keyOf = (topic: string, project = '') => `${topic}\n${project}`;
  return {
    say: (said) => {
      const key = keyOf(said.topic, said.project);
      const before = held.get(key);
      if (before === undefined && held.size >= limits.conditionsMax) return;
      const title = printable(said.title, limits.conditionTextMax);
      const hint = printable(said.hint, limits.conditionTextMax);
      if (before?.title === title && before.hint === hint) return;
      const next = { ...said, title, hint, since: before?.since ?? new Date(clock()).toISOString() };
      held.set(key, next);
      onChange({ said: next });
    },
    clear: (topic, project) => {
      const key = keyOf(topic, project);
      const before = held.get(key);
      if (before === undefined) return;
      held.delete(key);
      onChange({ cleared: before });
    },
    list: () => [...held.values()],
  };
}

/** Says that a file is damaged, for as long as it is. */
export function sayDamage(
  conditions: Pick<Conditions, 'say' | 'clear'>,
  topic: string,
): (damage: DamagedFile | undefined) => void {
  return (damage) => {
    if (damage === undefined) conditions.clear(topic);
    else conditions.say({ topic, title: damage.title, hint: `On the machine, sallyport doctor says what to do.` });
  };
}

/** Makes these conditions equal to a list that is kept elsewhere. */
export function followConditions(conditions: Conditions, list: readonly Said[]): void {
  const isListed = ({ topic, project }: Said) =>
    list.some((other) => other.topic === topic && other.project === project);
  for (const held of conditions.list()) if (!isListed(held)) conditions.clear(held.topic, held.project);
  for (const { topic, project, title, hint } of list)
    conditions.say({ topic, title, hint, ...(project === undefined ? {} : { project }) });
}
