/** What a form for an implementation log offers and checks: the rules of the command itself, beside each field. Pure. */
import * as v from 'valibot';
import { type Artifact, type ArtifactKind, artifactKinds } from '#contract/grammar/implementation-log.ts';
import type { ArgsOf } from '#contract/kinds/index.ts';
import { artifactShapes, LogFiles, LogLine } from '#contract/kinds/log-shapes.ts';
import type { Field, Fields } from '../../ui/form.tsx';

/** What was made, and as what. */
export interface Made {
  readonly kind: ArtifactKind;
  readonly artifact: Artifact;
}

/** "API endpoint". */
export const artifactNames = {
  apiEndpoints: 'API endpoint',
  components: 'Component',
  functions: 'Function',
  classes: 'Class',
  integrations: 'Integration',
} as const satisfies Record<ArtifactKind, string>;

/** The fields beside spec and task. */
export const logFields = {
  summary: { label: 'Summary', note: 'One line: what was done.', check: (text) => wrongWith(LogLine, text) },
  filesModified: { label: 'Files modified', note: 'One on each line.', rows: 3, optional: true, check: filesWrong },
  filesCreated: { label: 'Files created', note: 'One on each line.', rows: 3, optional: true, check: filesWrong },
  linesAdded: { label: 'Lines added', value: '0', inputMode: 'numeric', check: countWrong },
  linesRemoved: { label: 'Lines removed', value: '0', inputMode: 'numeric', check: countWrong },
} as const satisfies Fields;

export type LogTyped = Readonly<Record<keyof typeof logFields, string>>;

/** The command's args. */
export function logArgs(
  of: { readonly project: string; readonly spec: string; readonly task: string },
  typed: LogTyped,
  made: readonly Made[],
): ArgsOf<'impl-log-add'> {
  const byKind = Map.groupBy(made, ({ kind }) => kind);
  const artifacts = Object.fromEntries([...byKind].map(([kind, all]) => [kind, all.map(({ artifact }) => artifact)]));
  return {
    ...of,
    summary: typed.summary,
    filesModified: linesOf(typed.filesModified),
    filesCreated: linesOf(typed.filesCreated),
    statistics: { linesAdded: Number(typed.linesAdded), linesRemoved: Number(typed.linesRemoved) },
    artifacts: artifacts as ArgsOf<'impl-log-add'>['artifacts'],
  };
}

/** The fields of what was made. */
export function artifactFields(kind: ArtifactKind): Fields {
  const labels: Readonly<Record<string, string>> = { ...common, ...artifactKinds[kind].fields };
  const shapes: Readonly<Record<string, v.GenericSchema>> = artifactShapes[kind];
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]): [string, Field] => {
      const label = labels[name] ?? name;
      if (shape.type === 'boolean') return [name, { label, value: 'yes', choices: yesOrNo }];
      return [
        name,
        {
          label,
          optional: shape.type === 'optional',
          ...(lists.has(name) ? { note: 'With commas between them.' } : {}),
          check: (text) => wrongWith(shape, typedOf(name, text)),
        },
      ];
    }),
  );
}

/** What was typed, as the command takes it: what stayed empty is left out. */
export function artifactOf(kind: ArtifactKind, typed: Readonly<Record<string, string>>): Artifact {
  const shapes: Readonly<Record<string, v.GenericSchema>> = artifactShapes[kind];
  return Object.fromEntries(
    Object.entries(shapes).flatMap(([name, { type }]): [string, string | boolean | string[]][] => {
      const text = typed[name] ?? '';
      if (type === 'boolean') return [[name, text === 'yes']];
      return text === '' ? [] : [[name, typedOf(name, text)]];
    }),
  );
}

const common = { method: 'Method', path: 'Path', name: 'Name' };
const lists: ReadonlySet<string> = new Set(['exports', 'methods']);
const yesOrNo = [
  ['yes', 'Yes'],
  ['no', 'No'],
] as const;

function typedOf(name: string, text: string): string | string[] {
  return lists.has(name) ? parts(text, ',') : text;
}

function linesOf(text: string): string[] {
  return parts(text, '\n');
}

function parts(text: string, by: string): string[] {
  return text
    .split(by)
    .map((part) => part.trim())
    .filter(Boolean);
}

function filesWrong(text: string): string | undefined {
  return wrongWith(LogFiles, linesOf(text));
}

function countWrong(text: string): string | undefined {
  return Number.isSafeInteger(Number(text)) && /^\d+$/.test(text) ? undefined : 'Enter a whole number, 0 or more.';
}

function wrongWith(shape: v.GenericSchema, value: unknown): string | undefined {
  const read = v.safeParse(shape, value);
  return read.success ? undefined : `${read.issues[0].message}.`;
}
