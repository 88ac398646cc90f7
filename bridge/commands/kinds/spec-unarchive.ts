/** Unarchives a spec. */
import { setArchived } from '../archiving.ts';
import type { CommandHandler } from '../handler.ts';

export const specUnarchive: CommandHandler<'spec-unarchive'> = async (args, context) =>
  await setArchived(context, args, false);
