/** Ticking tasks, in words. */
import type { CommandFeature } from '../feature.ts';
import { setTo, taskWords } from '../words.ts';

export const taskStatusUpdate: CommandFeature<'task-status-update'> = {
  title: 'Task',
  words: ({ task, status }) => {
    if (task !== undefined) return setTo(`task ${task}`, taskWords[status].label);
    return status === 'completed'
      ? { doing: 'Ticking the item', done: 'Item ticked', toDo: 'tick the item' }
      : { doing: 'Reopening the item', done: 'Item reopened', toDo: 'reopen the item' };
  },
};
