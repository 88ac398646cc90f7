/** Front matter, read and never executed: its place in a file's text, and its values as they are written. All scalars are strings (YAML's failsafe schema), so that dates, bare numbers and `yes` stay as typed. */
import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import { limits } from '#contract/limits.ts';
import { reasonOf } from '#contract/reason.ts';

export type YamlValue = string | readonly YamlValue[] | { readonly [key: string]: YamlValue };

export interface FrontMatter {
  /** UTF-16 offsets of the text between the `---` lines; the end is after its last line break. */
  readonly start: number;
  readonly end: number;
  /** The parsed text between the lines: node ranges count from `start`. */
  readonly document: Document.Parsed<ParsedNode>;
  /** A null-prototype record; values behind aliases are left out. */
  readonly values: Readonly<Record<string, YamlValue>>;
}

/** Why a file's front matter cannot be used, in one sentence. */
export interface FrontMatterProblem {
  readonly problem: string;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The exact text of UTF-8 bytes (a BOM stays as its first character), or undefined if they are not valid UTF-8. */
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
  try {
    const document = parseDocument(source, {
      schema: 'failsafe',
      // Checked below: the parser's own check compares each key with every other.
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
    });
    const [error] = document.errors;
    if (error) return { problem: `The front matter is not valid YAML: ${firstLine(error.message)}` };
    const { contents } = document;
    if (contents !== null && !isMap(contents)) return { problem: 'The front matter is not a list of fields.' };
    return { start, end, document, values: contents === null ? {} : recordOf(contents, 0) };
  } catch (error) {
    const why = reasonOf(error);
    return { problem: `The front matter cannot be read: ${firstLine(why)}.` };
  }
}

/** A node's value. Throws if it is nested too deeply, or if a key occurs twice. */
function readNode(node: unknown, depth: number): YamlValue | undefined {
  if (depth > limits.jsonDepthMax) throw new Error('it nests too deep');
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : '';
  if (isSeq(node)) return node.items.map((item) => readNode(item, depth + 1)).filter((value) => value !== undefined);
  if (isMap(node)) return recordOf(node, depth + 1);
  if (isAlias(node)) return undefined;
  return '';
}

function recordOf(map: YAMLMap, depth: number): Record<string, YamlValue> {
  const record: Record<string, YamlValue> = Object.create(null);
  const keys = new Set<string>();
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : undefined;
    if (name !== undefined && keys.has(name)) throw new Error(`"${name}" stands there twice`);
    const read = readNode(value, depth);
    if (name === undefined) continue;
    keys.add(name);
    if (read !== undefined) record[name] = read;
  }
  return record;
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}
