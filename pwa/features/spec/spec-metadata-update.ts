/** Setting metadata, in words. */
import type { CommandFeature } from '../feature.ts';
import { priorityWords, setTo, statusWords } from '../words.ts';

export const specMetadataUpdate: CommandFeature<'spec-metadata-update'> = {
  title: 'Metadata',
  words: ({ edits, status, priority, tags, assignee, parent, addDependsOn, removeDependsOn }) => {
    if (edits !== undefined)
      return { doing: 'Restoring metadata', done: 'Metadata restored', toDo: 'restore metadata' };
    if (status !== undefined) return setTo('status', statusWords[status].label);
    if (priority !== undefined) return setTo('priority', priority && priorityWords[priority].label);
    if (tags !== undefined) return { doing: 'Changing tags', done: 'Tags changed', toDo: 'change tags' };
    if (assignee !== undefined) return setTo('assignee', assignee);
    if (parent !== undefined) return setTo('parent', parent);
    if (addDependsOn?.length) {
      const others = addDependsOn.join(', ');
      return { doing: `Linking ${others}`, done: `Now depends on ${others}`, toDo: `link ${others}` };
    }
    const others = (removeDependsOn ?? []).join(', ');
    return { doing: `Unlinking ${others}`, done: `No longer depends on ${others}`, toDo: `unlink ${others}` };
  },
  insist: (args) => ({ ...args, force: true }),
};
