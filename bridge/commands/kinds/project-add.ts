/** Watches a discovered project. */
import type { CommandHandler } from '../handler.ts';

export const projectAdd: CommandHandler<'project-add'> = async ({ key }, { watchList }) => {
  const { formats, ...added } = await watchList.add(key);
  return { ...added, formats: [...formats] };
};
