/** Ticks a task of tasks.md, or a checklist item of a LeanSpec file. */
import * as v from 'valibot';
import { limits } from '../limits.ts';
import { taskStatuses } from '../meta.ts';
import { Edits, Line, ProjectArg, SpecArg, TextEdit, Written } from './args.ts';
import { defineCommand, whenNotDone } from './kind.ts';

export const taskStatusUpdate = defineCommand({
  title: "Set a task's status",
  summary:
    'Sets the mark of one task. In tasks.md, name it by its number (`task`); elsewhere by `line` and `text`. If a number occurs twice, send all three. A blocked task can have a reason; any other status removes it. Guarded by `ifRev`, or by `was`: the status that the task must have now.',
  args: v.pipe(
    v.strictObject({
      project: ProjectArg,
      spec: SpecArg,
      /** Number of a task in tasks.md. */
      task: v.optional(v.pipe(v.string(), v.regex(/^\d+(\.\d+)*$/, 'A task number looks like 2 or 2.1'))),
      /** 1-based line and exact text of the box; the text is without its number. */
      line: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      text: v.optional(v.pipe(v.string(), v.maxLength(10_000))),
      /** The file of the spec's folder that contains the checklist; default its main file. */
      document: v.optional(v.pipe(v.string(), v.maxLength(255))),
      status: v.picklist(taskStatuses),
      /** The status that you saw, in place of `ifRev`: the rest of the file may have changed. */
      was: v.optional(v.picklist(taskStatuses)),
      /** Why it is blocked. The agents' tool reads a reason up to its last `_`. */
      reason: v.optional(Line),
      /** What an earlier answer gave in `undo`: the mark and the reason as they were, to the byte. */
      edits: v.optional(Edits),
    }),
    v.check(
      ({ task, line, text }) => (line === undefined) === (text === undefined) && (task ?? line) !== undefined,
      'Name a task by `task`, by `line` and `text`, or by all three',
    ),
    v.check(({ status, reason }) => reason === undefined || status === 'blocked', 'Only a blocked task has a reason'),
  ),
  result: v.strictObject({
    ...Written,
    line: v.number(),
    /** What it was before; send it with `ifRev: rev` to take it back. */
    undo: v.strictObject({
      status: v.picklist(taskStatuses),
      reason: v.optional(v.string()),
      edits: v.optional(v.array(TextEdit)),
    }),
  }),
  scope: 'project',
  lane: 'project',
  risk: 'write',
  guards: ['rev', 'state'],
  about: ['project', 'spec', 'task', 'document', 'status'],
  argsBytesMax: limits.listCommandBytesMax,
  notice: whenNotDone,
  undo: ({ reason: _reason, edits: _edits, was: _was, ...args }, { rev, line, undo }) => ({
    kind: 'task-status-update',
    args: { ...args, ...(args.line === undefined ? {} : { line }), ...undo },
    ifRev: rev,
  }),
  aliases: [{ method: 'PUT', path: '/v1/machines/:machine/projects/:project/specs/:spec/tasks/:task/status' }],
});
