/** Parses the args of a command as a person types them: `name=value` pairs, or one JSON object. */
import * as v from 'valibot';
import { type KindName, kinds } from '#contract/kinds/index.ts';
import { closest, UsageError } from '#contract/options.ts';

/** One JSON object, or pairs. If the kind does not accept a value as text (a flag, a list, a number), it is parsed as JSON. Throws a UsageError that says what the kind accepts. */
export function argsOf(kind: KindName, words: readonly string[]): Record<string, unknown> {
  const [first, ...others] = words;
  if (first?.startsWith('{') && others.length === 0) return parseObject(first);
  const texts = pairsOf(words);
  const schemas: Readonly<Record<string, v.GenericSchema>> = kinds[kind].args.entries;
  const args = Object.entries(texts).map(([name, text]) => {
    if (!Object.hasOwn(schemas, name)) throw new UsageError(unknownName(kind, name, Object.keys(schemas)));
    return [name, readValue(name, text, schemas[name] as v.GenericSchema)];
  });
  return Object.fromEntries(args);
}

/** The value of one pair: the text if the kind accepts it, else the text parsed as JSON. */
function readValue(name: string, text: string, schema: v.GenericSchema): unknown {
  const asText = v.safeParse(schema, text);
  if (asText.success) return text;
  const value = tryJson(text);
  if (value !== undefined && v.is(schema, value)) return value;
  const given = JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
  throw new UsageError(`${name} ${wanted(schema, text) ?? `is not taken: ${asText.issues[0].message}`}, not ${given}.`);
}

/** What a schema accepts, as the end of a sentence; undefined if it cannot be said simply. */
function wanted(schema: v.GenericSchema, text: string): string | undefined {
  const { type, options, wrapped } = schema as unknown as {
    readonly type: string;
    readonly options?: readonly string[];
    readonly wrapped?: v.GenericSchema;
  };
  if (type === 'nullable' && wrapped !== undefined) {
    const said = wanted(wrapped, text);
    return said && `${said}, or null to remove it`;
  }
  if (wrapped !== undefined) return wanted(wrapped, text);
  if (type === 'picklist' && options !== undefined) return `is one of ${options.join(', ')}`;
  if (type === 'boolean') return 'is true or false';
  if (type === 'number') return 'is a number';
  return type === 'array' ? 'is a JSON list such as \'["one","two"]\'' : undefined;
}

function unknownName(kind: KindName, name: string, names: readonly string[]): string {
  const nearest = closest(name, names);
  const hint = nearest === undefined ? `: it takes ${names.join(', ')}` : `; did you mean ${nearest}?`;
  return `${kind} takes no "${name.slice(0, 100)}"${hint}`;
}

function parseObject(text: string): Record<string, unknown> {
  const value = tryJson(text);
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new UsageError(`This is not a JSON object: ${text.slice(0, 100)}`);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `name=value` words as a record. Throws a UsageError. */
export function pairsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1) throw new UsageError(`"${word}" is not name=value.`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
