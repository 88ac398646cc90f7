/** Deciding an approval, in words. */
import type { CommandFeature } from '../feature.ts';
import { decisionOf } from './decision-of.ts';

export const approvalUpdate: CommandFeature<'approval-update'> = {
  title: 'Decision',
  words: ({ decision }) => words[decision],
  // An agent that has read it goes by it.
  mayUndo: (state, done) => decisionOf(state, done)?.state !== 'taken',
};

const words = {
  approve: { doing: 'Approving', done: 'Approved', toDo: 'approve' },
  reject: { doing: 'Rejecting', done: 'Rejected', toDo: 'reject' },
  'needs-revision': { doing: 'Asking for a revision', done: 'Asked for a revision', toDo: 'ask for a revision' },
} as const;
