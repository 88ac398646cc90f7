/** What a command was about: in words, and where that is. */
import type { CommandSummary } from '#contract/command.ts';
import type { Document } from '#contract/document.ts';
import { folderOf } from '#contract/document-key.ts';
import { hrefTo } from '../../route.ts';

/** "001-first-light · tasks.md". */
export function aboutOf({ about }: Pick<CommandSummary, 'about'>): string {
  return Object.entries(about)
    .filter(([name]) => name !== 'project')
    .map(([, value]) => value.split('/').at(-1))
    .join(' · ');
}

/** The spec or the document that it is about, if it is known here. */
export function hrefOfCommand(
  { machine, about }: CommandSummary,
  documents: Readonly<Record<string, Document>>,
): string | undefined {
  const { project = '', spec, path } = about;
  for (const document of Object.values(documents)) {
    if (document.project !== project) continue;
    if (path !== undefined && document.path === path)
      return hrefTo({ machine, project, place: 'document', item: path });
    const folder = folderOf(document);
    if (spec !== undefined && folder !== undefined && (document.spec === spec || folder === spec))
      return hrefTo({ machine, project, place: 'spec', item: folder });
  }
  return undefined;
}
