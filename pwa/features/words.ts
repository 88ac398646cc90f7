/** The words and colours of statuses, priorities and states: said once for every screen. */
import type { CommandState } from '#contract/command.ts';
import type { Tone } from '../ui/chip.tsx';

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
