/** Decides an approval. */
import { decide } from '../../approvals/decide.ts';
import type { CommandHandler } from '../handler.ts';

export const approvalUpdate: CommandHandler<'approval-update'> = async (args, context) => await decide(context, args);
