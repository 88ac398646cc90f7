/** Lists what could be watched. Folders tell who works here and on what, so only those who manage the machine see them. */
import type { QueryHandler } from '../handler.ts';

export const projectDiscover: QueryHandler<'project-discover'> = async (_args, { by, watchList }) => {
  const showsFolders = by.role === 'owner' || by.role === 'admin';
  const items = (await watchList.discover()).map(({ folder, formats, ...item }) => ({
    ...item,
    formats: [...formats],
    ...(showsFolders && { folder }),
  }));
  return { items };
};
