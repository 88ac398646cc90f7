/** Text as a YAML scalar, in the style of the value that it replaces. */
import { isMap, parseDocument } from 'yaml';

/** A value as YAML: plain if it then parses as the same text, otherwise in the quotes of the value that it replaces. */
export function quote(value: string, style?: string | null): string {
  if (style === 'QUOTE_DOUBLE') return JSON.stringify(value);
  return style !== 'QUOTE_SINGLE' && isPlain(value) ? value : inSingleQuotes(value);
}

/** The same inside brackets or braces. */
export function quoteInFlow(value: string): string {
  return /[,[\]{}]/.test(value) ? inSingleQuotes(value) : quote(value);
}

function inSingleQuotes(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Whether plain text parses as itself, also in parsers that convert words and digits to other types. */
function isPlain(value: string): boolean {
  if (/^(?:true|false|yes|no|on|off|y|n|null|~|[-+.\d][\d._eE+-]*|0x[\da-f]+)$/i.test(value)) return false;
  const document = parseDocument(`key: ${value}`, { schema: 'failsafe', logLevel: 'silent' });
  const read: unknown = document.errors.length === 0 && isMap(document.contents) ? document.contents.get('key') : '';
  return read === value && !value.includes('#');
}
