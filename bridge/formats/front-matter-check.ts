/** Applies edits of front matter, and parses the result to check that everything else is as before. */
import { applySplices, type Splice } from '../files/splice.ts';
import { type FrontMatter, readFrontMatter, type YamlValue } from './front-matter.ts';
import { refuse } from './front-matter-fields.ts';

/**
 * The text with the splices applied, parsed again: every field except those in `changed` must be as before, and so must the body
 * except for its own splices. Throws Problem `file-unparsable` otherwise.
 */
export function applyFieldSplices(text: string, splices: readonly Splice[], changed: readonly string[]): string {
  const edited = applySplices(text, splices);
  const [before, after] = [readFrontMatter(text), readFrontMatter(edited)];
  if ('problem' in before || 'problem' in after) refuse('the edit would break its front matter');
  const others = (values: FrontMatter['values']) =>
    JSON.stringify(Object.entries(values).filter(([name]) => !changed.includes(name)));
  if (others(before.values) !== others(after.values)) refuse('the edit would change more than it should');
  const inBody = splices
    .filter(({ start }) => start > before.end)
    .map((splice) => ({ ...splice, start: splice.start - before.end, end: splice.end - before.end }));
  if (applySplices(text.slice(before.end), inBody) !== edited.slice(after.end))
    refuse('the edit would change more than it should');
  return edited;
}

/** Throws Problem `file-unparsable` unless a field of the text parses as these values; an empty list means that the field is absent. */
export function checkReadsAs(text: string, name: string, values: readonly string[], read: Reader): void {
  const matter = readFrontMatter(text);
  const found = 'problem' in matter ? undefined : read(matter.values[name]);
  if (JSON.stringify(found) !== JSON.stringify(values)) refuse(`"${name}" would be read as something else`);
}

type Reader = (value: YamlValue | undefined) => readonly string[];
