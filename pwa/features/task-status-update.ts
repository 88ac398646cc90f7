/** Ticking tasks, in words. */
import type { CommandFeature } from './feature.ts';
import { taskWords } from './words.ts';

export const taskStatusUpdate: CommandFeature<'task-status-update'> = {
  title: 'Task',
  label: ({ task, status }) => {
    if (task !== undefined) return `Task ${task} set to ${taskWords[status].label}`;
    return status === 'completed' ? 'Item ticked' : 'Item opened again';
  },
  undo: ({ reason: _reason, edits: _edits, ...args }, { rev, line, undo }) => ({
    kind: 'task-status-update',
    args: { ...args, ...(args.line === undefined ? {} : { line }), ...undo },
    ifRev: rev,
  }),
};
