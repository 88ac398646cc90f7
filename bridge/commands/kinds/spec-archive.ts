/** Archives a spec. */
import { setArchived } from '../archiving.ts';
import type { CommandHandler } from '../handler.ts';

export const specArchive: CommandHandler<'spec-archive'> = async (args, context) =>
  await setArchived(context, args, true);
