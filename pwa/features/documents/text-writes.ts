/** Which documents can be written as text, and by which command. Where the machine would refuse, nothing is offered. */

import type { Document } from '#contract/document.ts';
import type { CommandKindName } from '#contract/kinds/index.ts';
import { documentName } from '#contract/kinds/spec-document-write.ts';
import type { Machine } from '#contract/machine.ts';
import { steeringFormats, steeringPaths } from '#contract/steering.ts';
import { specArgOf } from '../specs/spec-groups.ts';

export type TextKind = 'spec-document-write' | 'steering-write';

/** The command that writes a document's text, but for the text. */
export interface TextWrite {
  readonly kind: TextKind;
  readonly args: Readonly<Record<string, string>>;
}

const specKinds: readonly string[] = ['spec', 'sub-spec', 'requirements', 'design', 'tasks'];

/** How a document of a machine is written; undefined where it cannot be. */
export function textWriteOf(machine: Machine, document: Document): TextWrite | undefined {
  if (document.body === 'omitted') return undefined;
  return document.kind === 'steering' ? steeringWriteOf(machine, document) : specWriteOf(document);
}

function specWriteOf(document: Document): TextWrite | undefined {
  const { kind, project, spec, path } = document;
  const [name = '', folder] = path.split('/').reverse();
  // A file further below is one of the spec, but no name leads to it.
  if (spec === undefined || folder !== spec || !specKinds.includes(kind) || !documentName.test(name)) return undefined;
  return { kind: 'spec-document-write', args: { project, spec: specArgOf(document), document: name } };
}

/** Of the documents that the format knows. The format is named where the project has several that have any. */
function steeringWriteOf({ projects }: Machine, { project, path }: Document): TextWrite | undefined {
  const all = projects.find(({ id }) => id === project)?.formats ?? [];
  const formats = steeringFormats.filter((format) => all.includes(format));
  const format = formats.find((each) => path.startsWith(`.${each}/`));
  const known = [...steeringPaths({ formats }, format)].find(([, at]) => at === path);
  if (format === undefined || known === undefined) return undefined;
  const named = formats.length > 1 ? { format } : {};
  return { kind: 'steering-write', args: { project, document: known[0], ...named } };
}

/** Whether commands of a kind carry a text that somebody has typed. */
export function isTextKind(kind: CommandKindName): kind is TextKind {
  return kind === 'spec-document-write' || kind === 'steering-write';
}
