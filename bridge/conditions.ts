/** What a person should hear of about this machine while it lasts: kept here, told in the log, `sallyport status` and the app. */
import type { Condition } from '#contract/condition.ts';
import { limits } from '#contract/limits.ts';
import { printable } from '#contract/printable.ts';

export type Said = Omit<Condition, 'since'>;

/** What became other: a condition that arose, or one that is over. */
export type ConditionChange = { readonly said: Condition } | { readonly cleared: Condition };

export interface Conditions {
  /** Says a condition. The same again changes nothing; other words replace it, and it lasts since it arose. */
  say(condition: Said): void;
  /** It is over. */
  clear(topic: string, project?: string): void;
  /** In the order in which they arose. */
  list(): readonly Condition[];
}

interface Deps {
  /** Ms since 1970. */
  readonly clock: () => number;
  readonly onChange: (change: ConditionChange) => void;
}

/** No conditions yet; at most `conditionsMax` at a time, of which the first ones stay. */
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

/** Makes what is held the same as a list that somebody else keeps. */
export function followConditions(conditions: Conditions, list: readonly Said[]): void {
  const isListed = ({ topic, project }: Said) =>
    list.some((other) => other.topic === topic && other.project === project);
  for (const held of conditions.list()) if (!isListed(held)) conditions.clear(held.topic, held.project);
  for (const { topic, project, title, hint } of list)
    conditions.say({ topic, title, hint, ...(project === undefined ? {} : { project }) });
}
