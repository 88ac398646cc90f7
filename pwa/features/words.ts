/** The words and colours of statuses, priorities and states: said once for every screen. */
import type { CommandState } from '#contract/command-life.ts';
import type { SpecPhase } from '#contract/spec-phase.ts';
import type { Tone } from '../ui/tone.ts';
import type { CommandWords } from './feature.ts';

interface Word {
  readonly label: string;
  readonly tone: Tone;
}

export const statusWords = {
  draft: { label: 'Draft', tone: 'plain' },
  planned: { label: 'Planned', tone: 'planned' },
  'in-progress': { label: 'In progress', tone: 'progress' },
  complete: { label: 'Complete', tone: 'complete' },
  archived: { label: 'Archived', tone: 'quiet' },
} as const satisfies Record<string, Word>;

export const phaseWords = {
  'requirements-needed': 'Requirements needed',
  'design-needed': 'Design needed',
  'tasks-needed': 'Tasks needed',
  implementing: 'Implementing',
  'ready-for-implementation': 'Ready for implementation',
  completed: 'Completed',
} as const satisfies Record<SpecPhase, string>;

export const priorityWords = {
  critical: { label: 'Critical', tone: 'danger' },
  high: { label: 'High', tone: 'danger' },
  medium: { label: 'Medium', tone: 'plain' },
  low: { label: 'Low', tone: 'plain' },
} as const satisfies Record<string, Word>;

export const taskWords = {
  pending: { label: 'Open', tone: 'plain' },
  'in-progress': { label: 'In progress', tone: 'progress' },
  completed: { label: 'Done', tone: 'complete' },
  blocked: { label: 'Blocked', tone: 'danger' },
} as const satisfies Record<string, Word>;

export const stateWords = {
  sending: { label: 'Sending', tone: 'quiet' },
  unsent: { label: 'Not sent', tone: 'danger' },
  queued: { label: 'Queued', tone: 'quiet' },
  delivered: { label: 'Delivered', tone: 'planned' },
  done: { label: 'Applied', tone: 'complete' },
  failed: { label: 'Failed', tone: 'danger' },
  conflict: { label: 'Conflict', tone: 'danger' },
  refused: { label: 'Refused', tone: 'danger' },
  interrupted: { label: 'Interrupted', tone: 'danger' },
  unknown: { label: 'Unknown', tone: 'progress' },
  cancelled: { label: 'Cancelled', tone: 'quiet' },
  expired: { label: 'Expired', tone: 'progress' },
} as const satisfies Record<CommandState | 'sending' | 'unsent', Word>;

/** "1 spec", "3 specs". */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

/** Setting a field, in the words of each moment; null removes what is there. */
export function setTo(field: string, value: string | null): CommandWords {
  const name = field.charAt(0).toUpperCase() + field.slice(1);
  return value === null
    ? { doing: `Removing ${field}`, done: `${name} removed`, toDo: `remove ${field}` }
    : { doing: `Setting ${field} to ${value}`, done: `${name} set to ${value}`, toDo: `set ${field} to ${value}` };
}
