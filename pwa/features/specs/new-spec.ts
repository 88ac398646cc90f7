/** What a form for a new spec offers and checks. Pure. */
import type { Format } from '#contract/document.ts';
import type { ArgsOf } from '#contract/kinds/index.ts';
import { limits } from '#contract/limits.ts';
import type { Machine } from '#contract/machine.ts';
import { chosenName } from '#contract/spec-name.ts';
import type { Spec } from './spec-groups.ts';

/** A project, in one of its formats. */
export interface SpecPlace {
  readonly project: string;
  readonly format: Format;
  /** "shop", and with its format where the project has several. */
  readonly label: string;
}

export const formatWords = {
  'lean-spec': 'LeanSpec',
  'spec-workflow': 'spec-workflow',
  'spec-context': 'spec-context',
} as const satisfies Record<Format, string>;

/** Every place that a spec can be made in. */
export function specPlacesOf({ projects }: Pick<Machine, 'projects'>): readonly SpecPlace[] {
  return projects.flatMap(({ id, name, formats }) =>
    formats.filter(isKnown).map((format) => ({
      project: id,
      format,
      label: formats.length > 1 ? `${name}, as ${formatWords[format]}` : name,
    })),
  );
}

function isKnown(format: string): format is Format {
  return Object.hasOwn(formatWords, format);
}

/** What is wrong with a name: the machine's own rules, and the names that this device knows to be taken. */
export function nameWrong(name: string, place: SpecPlace | undefined, specs: readonly Spec[]): string | undefined {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name))
    return 'Use a to z, 0 to 9 and single hyphens between them, as in user-login.';
  if (name.length > limits.specNameLengthMax) return `At most ${limits.specNameLengthMax} characters.`;
  if (name === 'steering' || name === 'archived') return `“${name}” is a folder of the format itself.`;
  const taken = specs.find(
    (spec) => spec.project === place?.project && spec.format === place.format && isCalled(spec, name),
  );
  return taken === undefined ? undefined : `There is a spec “${taken.name}” already.`;
}

function isCalled(spec: Spec, name: string): boolean {
  return [spec.name, chosenName(spec)].some((known) => known.toLowerCase() === name);
}

/** The command's args. The format is named only where the project has several. */
export function newSpecArgs(
  place: SpecPlace,
  { name, title, content }: { readonly name: string; readonly title: string; readonly content: string },
  isOnlyFormat: boolean,
): ArgsOf<'spec-create'> {
  return {
    project: place.project,
    ...(isOnlyFormat ? {} : { format: place.format }),
    name,
    ...(title === '' ? {} : { title }),
    ...(content === '' ? {} : { content: `${content}\n` }),
  };
}
