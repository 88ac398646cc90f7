/** The watch list of a bridge whose projects a test chooses; they stay the same. */
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import type { Project } from '../../bridge/projects/project.ts';
import { createWatchList, type WatchList } from '../../bridge/projects/watch-list.ts';

/** Over a data folder, which is also the home folder in which tools have their registries. */
export async function openWatchList(folder: string, all: () => readonly Project[]): Promise<WatchList> {
  const projects = { all, announced: () => [], add: async () => {}, drop: async () => {} };
  return createWatchList({ data: await openDataFolder(folder), projects, env: { HOME: folder } });
}
