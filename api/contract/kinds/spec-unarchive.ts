/** Unarchives a spec. */
import * as v from 'valibot';
import { Force, Moved, ProjectArg, SpecArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { nameIn, undoInPlace } from './undo.ts';

export const specUnarchive = defineCommand({
  title: 'Unarchive a spec',
  summary:
    "LeanSpec: sets the status to complete, or moves the folder out of specs/archived. spec-workflow: moves the spec's folder back. Refused while approvals of its documents are pending, unless `force`.",
  args: v.strictObject({ project: ProjectArg, spec: SpecArg, force: Force }),
  result: Moved,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['folder'],
  about: ['project', 'spec'],
  notice: whenNotDone,
  undo: ({ project, spec }, moved) =>
    undoInPlace({ project, spec }, moved) ?? {
      kind: 'spec-archive',
      args: { project, spec: nameIn(spec) },
      ifRev: moved.folderRev,
    },
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/specs/:spec/unarchive' }],
});
