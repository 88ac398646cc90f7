/** Describes a project as the machine has it. */
import { VERSION } from '#contract/version.ts';
import { copyOf, type Spec } from '../../specs.ts';
import type { QueryHandler } from '../handler.ts';
import { folderRevOnDisk } from '../lookup.ts';

export const projectInfo: QueryHandler<'project-info'> = async (_args, { project }) => {
  const documents = [...project.documents.values()];
  const counts: Record<string, number> = {};
  for (const { kind } of documents) counts[kind] = (counts[kind] ?? 0) + 1;
  const specs = [];
  for (const spec of [...project.specs.all()].map(copyOf))
    specs.push({ ...summaryOf(spec), folderRev: await folderRevOnDisk(project, spec) });
  return {
    id: project.id,
    name: project.name,
    formats: project.layouts.map(({ format }) => format),
    version: VERSION,
    counts,
    steering: documents.filter(({ kind }) => kind === 'steering').map(({ path, rev }) => ({ path, rev })),
    specs,
  };
};

function summaryOf({ spec, format, folder, archived, main }: Spec) {
  const status = main?.meta.status;
  return { spec, format, folder, archived, ...(typeof status === 'string' ? { status } : {}) };
}
