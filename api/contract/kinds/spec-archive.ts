/** Puts a spec away. */
import * as v from 'valibot';
import { Moved, ProjectArg, SpecArg } from './args.ts';
import { defineCommand } from './kind.ts';

export const specArchive = defineCommand({
  title: 'Archive a spec',
  summary:
    "LeanSpec: sets the status archived (or moves the folder where the project already keeps specs/archived). spec-workflow: moves the spec's folder into the archive.",
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: Moved,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['folder'],
  about: ['project', 'spec'],
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/specs/:spec/archive' }],
});
