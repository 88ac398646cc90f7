/** Writes a steering document. */
import * as v from 'valibot';
import { Content, ProjectArg, Written } from './args.ts';
import { defineKind } from './kind.ts';

export const steeringWrite = defineKind({
  title: 'Write a steering document',
  summary:
    'Replaces product, tech, structure or (spec-context) principles of a project, or makes it when `ifRev` is `absent`.',
  args: v.strictObject({
    project: ProjectArg,
    document: v.picklist(['product', 'tech', 'structure', 'principles']),
    content: Content,
  }),
  result: v.strictObject(Written),
  risk: 'write',
  guard: 'rev',
  repeatable: true,
  alias: { method: 'PUT', path: '/v1/machines/:machine/projects/:project/steering/:document' },
});
