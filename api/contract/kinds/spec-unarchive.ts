/** Unarchives a spec. */
import * as v from 'valibot';
import { Moved, ProjectArg, SpecArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';
import { nameIn, undoInPlace } from './undo.ts';

export const specUnarchive = defineCommand({
  title: 'Unarchive a spec',
  summary:
    "LeanSpec: sets the status to complete, or moves the folder out of specs/archived. spec-workflow: moves the spec's folder back.",
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
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
