/** Which steering documents a project has, and which it may have. Pure. */
import type { Document, Format } from '#contract/document.ts';
import type { ProjectAnnounced } from '#contract/machine.ts';
import { type SteeringName, steeringFormats, steeringPaths } from '#contract/steering.ts';
import { documentToBe } from '../documents/new-text.ts';

export type SteeringFormatName = (typeof steeringFormats)[number];

export interface SteeringTab {
  /** "product", "colours". */
  readonly name: string;
  /** What a document of this name is for; undefined for a name of the project's own. */
  readonly about: string | undefined;
  /** The one that a write would make, where it is not there. */
  readonly document: Document;
}

/** What each document tells agents. */
const about: Readonly<Record<SteeringName, string>> = {
  product: 'It tells agents what the product is for, who uses it and what matters most.',
  tech: 'It tells agents which languages, libraries and tools the project uses, and why.',
  structure: 'It tells agents where things lie in the project and how they are named.',
  principles: 'It tells agents which rules every change keeps to.',
};

/** The formats of a project that have steering documents. */
export function steeringFormatsOf({ formats }: Pick<ProjectAnnounced, 'formats'>): readonly SteeringFormatName[] {
  return steeringFormats.filter((format) => formats.includes(format));
}

/** The format that a path lies in, else the first one. */
export function formatAt(
  formats: readonly SteeringFormatName[],
  path: string | undefined,
): SteeringFormatName | undefined {
  return formats.find((format) => path?.startsWith(`.${format}/`)) ?? formats[0];
}

/** Those that the format knows, missing ones too, then the project's own by name. */
export function steeringTabs(
  project: string,
  format: SteeringFormatName,
  documents: readonly Document[],
): readonly SteeringTab[] {
  const own = documents.filter(
    (document) => document.project === project && document.kind === 'steering' && isOf(document, format),
  );
  const byPath = new Map(own.map((document) => [document.path, document]));
  const known = [...steeringPaths({ formats: [format] }, format)].map(([name, path]) => {
    const document = byPath.get(path) ?? documentToBe({ project, path, kind: 'steering', meta: { format } });
    byPath.delete(path);
    return { name, about: about[name], document };
  });
  const others = [...byPath.values()].map((document) => ({ name: nameOf(document), about: undefined, document }));
  return [...known, ...others.sort((a, b) => a.name.localeCompare(b.name))];
}

function isOf({ meta }: Document, format: Format): boolean {
  return meta.format === format;
}

function nameOf({ path }: Document): string {
  return (path.split('/').at(-1) ?? path).replace(/\.md$/i, '');
}
