/** Setting metadata, in words. */
import type { CommandFeature } from './feature.ts';
import { priorityWords, statusWords } from './words.ts';

export const specMetadataUpdate: CommandFeature<'spec-metadata-update'> = {
  title: 'Metadata',
  label: ({ edits, status, priority, tags, assignee, parent, addDependsOn, removeDependsOn }) => {
    if (edits !== undefined) return 'Metadata as it was before';
    if (status !== undefined) return `Status set to ${statusWords[status].label}`;
    if (priority !== undefined)
      return priority === null ? 'Priority removed' : `Priority set to ${priorityWords[priority].label}`;
    if (tags !== undefined) return 'Tags changed';
    if (assignee !== undefined) return assignee === null ? 'Assignee removed' : `Assigned to ${assignee}`;
    if (parent !== undefined) return parent === null ? 'Parent removed' : `Parent set to ${parent}`;
    if (addDependsOn?.length) return `Now depends on ${addDependsOn.join(', ')}`;
    return `Depends no longer on ${(removeDependsOn ?? []).join(', ')}`;
  },
  insist: (args) => ({ ...args, force: true }),
  undo: ({ project, spec }, { rev, undo }) =>
    undo && { kind: 'spec-metadata-update', args: { project, spec, ...undo, force: true }, ifRev: rev },
};
