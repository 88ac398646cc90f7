/** Puts a spec away. */
import * as v from 'valibot';
import { Moved, ProjectArg, SpecArg } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const specArchive = defineCommand({
  title: 'Archive a spec',
  summary:
    "LeanSpec: sets the status to archived, or moves the folder if the project already has specs/archived. spec-workflow: moves the spec's folder to the archive.",
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: Moved,
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['folder'],
  about: ['project', 'spec'],
  notice: whenNotDone,
  aliases: [{ method: 'POST', path: '/v1/machines/:machine/projects/:project/specs/:spec/archive' }],
});
