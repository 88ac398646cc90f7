/** Sets fields in the front matter of a LeanSpec spec. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { priorities, specStatuses } from '../meta.ts';
import { Edits, Line, ProjectArg, SpecArg, TextEdit, Written } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

const lines = v.pipe(v.array(Line), v.maxLength(100));

const fields = {
  status: v.optional(v.picklist(specStatuses)),
  /** `null` removes the field, here and below. */
  priority: v.optional(v.nullable(v.picklist(priorities))),
  tags: v.optional(v.nullable(lines)),
  assignee: v.optional(v.nullable(Line)),
  parent: v.optional(v.nullable(Line)),
  addDependsOn: v.optional(lines),
  removeDependsOn: v.optional(lines),
};

export const specMetadataUpdate = defineCommand({
  title: "Set a spec's metadata",
  summary:
    'Sets the named fields in the front matter of a LeanSpec spec. Also updates updated_at, transitions, completed_at and the status line below the title, if there is one. No other byte of the file changes.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      spec: SpecArg,
      ...fields,
      /** What an earlier answer gave as `undo`: changes of metadata in the text of the file, with nothing else beside them. */
      edits: v.optional(Edits),
      /** Overrides the format's rules on order, open checklist items and open children. */
      force: v.optional(v.boolean()),
    }),
    v.check(
      (args) => Object.keys(fields).some((name) => Object.hasOwn(args, name)) === (args.edits === undefined),
      'Name at least one field to change, or give `edits`',
    ),
  ),
  result: v.strictObject({
    ...Written,
    /** Names of the fields whose values have changed. */
    changed: v.array(v.string()),
    /** Args that give the bytes of before back: send them with `ifRev: rev`. Absent where nothing changed. */
    undo: v.optional(v.strictObject({ edits: v.array(TextEdit) })),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev'],
  about: ['project', 'spec', 'status', 'priority'],
  argsBytesMax: limits.listCommandBytesMax,
  notice: whenNotDone,
  undo: ({ project, spec }, { rev, undo }) =>
    undo && { kind: 'spec-metadata-update', args: { project, spec, ...undo, force: true }, ifRev: rev },
  aliases: [{ method: 'PUT', path: '/v1/machines/:machine/projects/:project/specs/:spec/metadata' }],
});
