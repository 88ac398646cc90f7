/** Archives a spec. */
import * as v from 'valibot';
import { Force, Moved, ProjectArg, SpecArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { undoInPlace } from './undo.ts';

export const specArchive = defineCommand({
  title: 'Archive a spec',
  summary:
    "LeanSpec: sets the status to archived, or moves the folder if the project already has specs/archived. spec-workflow: moves the spec's folder to the archive. Refused while approvals of its documents are pending, unless `force`.",
  args: v.strictObject({ project: ProjectArg, spec: SpecArg, force: Force }),
  result: Moved,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['folder'],
  about: ['project', 'spec'],
  notice: whenNotDone,
  // In the archive it is called by its folder: a spec may have been made again under its name.
  undo: ({ project, spec }, moved) =>
    undoInPlace({ project, spec }, moved) ?? {
      kind: 'spec-unarchive',
      args: { project, spec: moved.from === moved.to ? spec : moved.to },
      ifRev: moved.folderRev,
    },
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/specs/:spec/archive' }],
});
