/** Filters on documents. The relay compares; what the values mean, it does not know. */
import type { Json, Meta } from '#contract/document.ts';
import type { DocumentFilter } from '../relay.ts';
import { type DocumentRow, searchedOf } from './document-row.ts';

/** A test of rows and their names (`DocumentTable`); the JSON of a row is parsed only where its text has all that the filter asks for. */
export function compileFilter({
  kind,
  spec,
  q,
  meta = {},
}: DocumentFilter): (row: DocumentRow, names: () => string) => boolean {
  const wanted = Object.entries(meta);
  const needle = q?.toLowerCase();
  const isParsed = spec !== undefined || wanted.length > 0;
  const texts = [...(spec === undefined ? [] : [spec]), ...wanted.flat()].map(asInJson);
  return (row, names) => {
    if (kind !== undefined && row.kind !== kind) return false;
    if (needle !== undefined && !names().includes(needle)) return false;
    if (!isParsed) return true;
    if (!texts.every((text) => row.json.includes(text))) return false;
    const document = searchedOf(row);
    if (document === undefined || (spec !== undefined && document.spec !== spec)) return false;
    return hasMeta(document.meta, meta);
  };
}

/** Whether meta has all that is wanted, by name: equal as a string, or an entry of a list. */
export function hasMeta(meta: Meta, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(meta, name) && equals(meta[name] ?? null, value),
  );
}

/** A text as it stands within a serialised one: what is not there in this form is nowhere in what was serialised. */
function asInJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As strings; a list where any entry does. */
function equals(value: Json, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((entry) => equals(entry, wanted));
  return typeof value !== 'object' && String(value) === wanted;
}
