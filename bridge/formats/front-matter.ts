/** Front matter, read and never executed: where it lies in a file's text, and its values as they are written. All scalars are strings (YAML's failsafe schema), so that dates, bare numbers and `yes` stay what somebody typed. */
import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument } from 'yaml';
import { limits } from '#contract/limits.ts';

export type YamlValue = string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

export interface FrontMatter {
  /** UTF-16 offsets in the file's text of what lies between the `---` lines; the end is after its last line break. */
  readonly start: number;
  readonly end: number;
  /** Of that part alone: node ranges count from `start`. */
  readonly document: Document.Parsed<ParsedNode>;
  /** A null-prototype record; values behind aliases are left out. */
  readonly values: Readonly<Record<string, YamlValue>>;
}

/** Why a file's front matter cannot be used, in one sentence. */
export interface FrontMatterProblem {
  readonly problem: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The exact text of UTF-8 bytes (a BOM stays as its first character), or undefined where they are not valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The front matter of a file's text; never throws. */
export function readFrontMatter(text: string): FrontMatter | FrontMatterProblem {
  const opening = /^\uFEFF?\s*---[ \t]*\r?\n/.exec(text)?.[0];
  if (opening === undefined) return { problem: 'The file does not begin with front matter (a line ---).' };
  const start = opening.length;
  const closing = text.startsWith('---', start) ? start : text.indexOf('\n---', start) + 1;
  if (closing === 0) return { problem: 'The front matter is not closed by a line ---.' };
  const source = text.slice(start, closing);
  if (source.length > limits.frontMatterBytesMax) return { problem: 'The front matter is larger than 64 KiB.' };
  return parse(source, start, closing);
}

function parse(source: string, start: number, end: number): FrontMatter | FrontMatterProblem {
  if (/^(?:\.\.\.|%)/m.test(source)) return { problem: 'The front matter holds more than one document.' };
  if (nestsTooDeep(source)) return { problem: 'The front matter nests too deep.' };
  try {
    const document = parseDocument(source, {
      schema: 'failsafe',
      uniqueKeys: true,
      logLevel: 'silent',
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error) return { problem: `The front matter is not valid YAML: ${firstLine(error.message)}` };
    if (document.contents !== null && !isMap(document.contents))
      return { problem: 'The front matter is not a list of fields.' };
    return { start, end, document, values: document.contents === null ? {} : recordOf(document.contents) };
  } catch (error) {
    return { problem: `The front matter cannot be read: ${firstLine(String(error))}` };
  }
}

/** Collections within collections beyond what anybody writes would exhaust the parser's stack. */
function nestsTooDeep(source: string): boolean {
  let depth = 0;
  for (const character of source) {
    if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > limits.jsonDepthMax) return true;
  }
  return source.split('\n').some((line) => /^(?:\s*[-?]\s+){33}/.test(line) || /^ {200}/.test(line));
}

function readNode(node: unknown): YamlValue | undefined {
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : '';
  if (isSeq(node)) return node.items.map(readNode).filter((value) => value !== undefined);
  if (isMap(node)) return recordOf(node);
  if (isAlias(node)) return undefined;
  return '';
}

function recordOf(map: unknown): Record<string, YamlValue> {
  const record: Record<string, YamlValue> = Object.create(null);
  if (!isMap(map)) return record;
  for (const { key, value } of map.items) {
    const read = readNode(value);
    if (isScalar(key) && read !== undefined) record[String(key.value)] = read;
  }
  return record;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
