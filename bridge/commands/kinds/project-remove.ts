/** Stops watching a project. */
import type { CommandHandler } from '../handler.ts';

export const projectRemove: CommandHandler<'project-remove'> = async ({ project }, { watchList }) => {
  const { formats, ...removed } = await watchList.remove(project);
  return { ...removed, formats: [...formats] };
};
