/** Filters on documents. The relay compares; what the values mean, it does not know. */
import type { Document, Json } from '#contract/document.ts';
import type { DocumentRow } from './document-row.ts';
import type { DocumentFilter } from './relay.ts';

/** A test of rows; the JSON of a row is parsed only where the filter needs it. */
export function compileFilter({ kind, spec, q, meta = {} }: DocumentFilter): (row: DocumentRow) => boolean {
  const wanted = Object.entries(meta);
  const needle = q?.toLowerCase();
  const isParsed = spec !== undefined || needle !== undefined || wanted.length > 0;
  return (row) => {
    if (kind !== undefined && row.kind !== kind) return false;
    if (!isParsed) return true;
    const document: Document = JSON.parse(row.json);
    if (spec !== undefined && document.spec !== spec) return false;
    if (needle !== undefined && !isNamed(document, needle)) return false;
    return wanted.every(
      ([name, value]) => Object.hasOwn(document.meta, name) && equals(document.meta[name] ?? null, value),
    );
  };
}

function isNamed({ title = '', path, spec = '' }: Document, needle: string): boolean {
  return [title, path, spec].some((text) => text.toLowerCase().includes(needle));
}

/** As strings; a list where any entry does. */
function equals(value: Json, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((entry) => equals(entry, wanted));
  return typeof value !== 'object' && String(value) === wanted;
}
