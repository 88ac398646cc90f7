/** Answers what the doctor finds on this machine, as far as every member may see it. */
import { forMembers } from '../../doctor/for-members.ts';
import type { QueryHandler } from '../handler.ts';

export const doctor: QueryHandler<'doctor'> = async (_args, { examine }) => {
  const { at, complete, examined, secrets } = await examine();
  return { at: at.toISOString(), complete, items: examined.map((one) => forMembers(one, secrets)) };
};
