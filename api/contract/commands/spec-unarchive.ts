/** Brings an archived spec back. */
import * as v from 'valibot';
import { Moved, ProjectArg, SpecArg } from './args.ts';
import { defineKind } from './kind.ts';

export const specUnarchive = defineKind({
  title: 'Bring a spec back',
  summary:
    "LeanSpec: sets the status complete (or moves the folder back out of specs/archived). spec-workflow: moves the spec's folder back.",
  args: v.strictObject({ project: ProjectArg, spec: SpecArg }),
  result: Moved,
  risk: 'write',
  guard: 'folder',
  about: ['project', 'spec'],
  repeatable: false,
  alias: { method: 'POST', path: '/v1/machines/:machine/projects/:project/specs/:spec/unarchive' },
});
