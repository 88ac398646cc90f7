/** Removing an approval, in words. */
import type { CommandFeature } from '../feature.ts';

export const approvalDelete: CommandFeature<'approval-delete'> = {
  title: 'Approval removed',
  words: ({ withdraw }) =>
    withdraw === true
      ? { doing: 'Withdrawing the request', done: 'Request withdrawn', toDo: 'withdraw the request' }
      : { doing: 'Removing the approval', done: 'Approval removed', toDo: 'remove the approval' },
};
