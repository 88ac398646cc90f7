/** Command lines from one table: each option's flag, environment variable, type, default and help are declared once, for parsing, `--help` and the docs. */

interface Base {
  /** One sentence for `--help`. */
  readonly help: string;
  /** Environment variable that is used if the flag is absent. */
  readonly env?: string;
  /** One letter: `h` for `-h`. */
  readonly short?: string;
}

interface Flag extends Base {
  readonly type: 'flag';
}

interface Text extends Base {
  readonly type: 'text';
  /** Name of the value in `--help`: `DIR`. */
  readonly value: string;
  readonly default?: string;
  readonly choices?: readonly string[];
  /** May be given several times; in the environment, separated by commas. */
  readonly repeatable?: true;
}

interface Integer extends Base {
  readonly type: 'integer';
  readonly value: string;
  readonly default?: number;
  /** The value of the flag alone: `--agents` without a number. */
  readonly bare?: number;
  readonly min: number;
  readonly max: number;
}

export type Option = Flag | Text | Integer;
/** Options by camel-case name; `publicUrl` is `--public-url`. */
export type OptionTable = Readonly<Record<string, Option>>;

type Scalar<Of extends Option> = Of extends Integer
  ? number
  : Of extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : string;
type Value<Of extends Option> = Of extends Flag
  ? boolean
  : Of extends { readonly repeatable: true }
    ? readonly string[]
    : Of extends { readonly default: string | number }
      ? Scalar<Of>
      : Scalar<Of> | undefined;
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]: Value<Table[Name]> };

/** An invalid command line, with one sentence; programs print it and exit with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Keeps the literal types of a table. */
export function defineOptions<const Table extends OptionTable>(table: Table): Table {
  return table;
}

/** `publicUrl` as it is typed: `--public-url`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * The values of a command line; for an absent flag the environment's, else the default. Everything that is not an option is a
 * positional, and so is everything after `--`. Throws a UsageError.
 */
export function parseOptions<Table extends OptionTable>(
  table: Table,
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): {
  readonly values: OptionValues<Table>;
  readonly positionals: readonly string[];
  /** Those of the positionals that stand after `--`; undefined without one. */
  readonly behind: readonly string[] | undefined;
} {
  const { given, positionals, behind } = readArgv(table, argv);
  const values: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const texts = given.get(name);
    const fromEnv = option.env === undefined ? undefined : env[option.env];
    if (texts !== undefined) values[name] = typed(flagOf(name), option, texts);
    else if (fromEnv) values[name] = typed(option.env ?? '', option, splitEnv(option, fromEnv));
    else values[name] = unset(option);
  }
  return { values: values as OptionValues<Table>, positionals, behind };
}

function readArgv(table: OptionTable, argv: readonly string[]) {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  let behind: readonly string[] | undefined;
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at] ?? '';
    if (arg === '--') {
      behind = argv.slice(at + 1);
      positionals.push(...behind);
      break;
    }
    if (!arg.startsWith('-') || arg === '-' || isIdOrKey(arg)) {
      positionals.push(arg);
      continue;
    }
    const { name, option, inline } = lookUp(table, arg);
    const wantsNext = option.type !== 'flag' && inline === undefined;
    const next = argv[at + 1];
    const bare = wantsNext && option.type === 'integer' && !/^-?\d+$/.test(next ?? '') ? option.bare : undefined;
    if (bare !== undefined) {
      given.set(name, [...(given.get(name) ?? []), String(bare)]);
      continue;
    }
    if (wantsNext && (next === undefined || next.startsWith('--'))) {
      throw new UsageError(`${flagOf(name)} needs a value: ${synopsis(name, option)}.`);
    }
    if (wantsNext) at += 1;
    given.set(name, [...(given.get(name) ?? []), (wantsNext ? next : inline) ?? 'true']);
  }
  return { given, positionals, behind };
}

/** An id or a public key may begin with a dash, or two: no option is spelled like one. */
function isIdOrKey(arg: string): boolean {
  return /^-[A-Za-z0-9_][A-Za-z0-9_-]{14,}$/.test(arg) || /^--[A-Za-z0-9_-]{41}$/.test(arg);
}

function lookUp(table: OptionTable, arg: string) {
  const equals = arg.indexOf('=');
  const flag = equals === -1 ? arg : arg.slice(0, equals);
  const found = Object.entries(table).find(
    ([name, { short }]) => flagOf(name) === flag || (short !== undefined && `-${short}` === flag),
  );
  if (found === undefined) {
    const nearest = closest(flag, Object.keys(table).map(flagOf));
    throw new UsageError(
      `There is no option ${flag}${nearest === undefined ? '; --help lists all' : `; did you mean ${nearest}?`}`,
    );
  }
  return { name: found[0], option: found[1], inline: equals === -1 ? undefined : arg.slice(equals + 1) };
}

function typed(source: string, option: Option, texts: readonly string[]): unknown {
  if (option.type === 'text' && option.repeatable) return texts;
  if (texts.length > 1 && option.type !== 'flag')
    throw new UsageError(`${source} is given ${texts.length} times; give it once.`);
  const text = texts.at(-1) ?? '';
  switch (option.type) {
    case 'flag':
      return flagValue(source, text);
    case 'integer':
      return integerValue(source, option, text);
    case 'text':
      return textValue(source, option, text);
  }
}

function flagValue(source: string, text: string): boolean {
  if (['true', '1', 'yes'].includes(text)) return true;
  if (['false', '0', 'no'].includes(text)) return false;
  throw new UsageError(`${source} takes only true or false, not "${text}".`);
}

function integerValue(source: string, { min, max }: Integer, text: string): number {
  const number = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${source} takes a whole number from ${min} to ${max}, not "${text}".`);
}

function textValue(source: string, { choices }: Text, text: string): string {
  if (text === '') throw new UsageError(`${source} is empty.`);
  if (choices === undefined || choices.includes(text)) return text;
  const nearest = closest(text, choices);
  const suggestion = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new UsageError(`${source} takes one of ${choices.join(', ')}, not "${text}"${suggestion}`);
}

function splitEnv(option: Option, text: string): readonly string[] {
  if (option.type !== 'text' || !option.repeatable) return [text];
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function unset(option: Option): unknown {
  if (option.type === 'flag') return false;
  if (option.type === 'text' && option.repeatable) return [];
  return option.default;
}

function synopsis(name: string, option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}${flagOf(name)}${valueIn(option)}`;
}

function valueIn(option: Option): string {
  if (option.type === 'flag') return '';
  return option.type === 'integer' && option.bare !== undefined ? ` [${option.value}]` : ` ${option.value}`;
}

/** The text of `--help`: usage, purpose of the program, a line or two per option, and examples; wrapped at `width` letters. */
export function helpText(
  table: OptionTable,
  {
    usage,
    about,
    examples = [],
  }: { readonly usage: string; readonly about: string; readonly examples?: readonly string[] },
  width = Number.POSITIVE_INFINITY,
): string {
  const rows = Object.entries(table).map(([name, option]) => [synopsis(name, option), describe(option)] as const);
  const left = Math.max(...rows.map(([text]) => text.length)) + 4;
  // Too narrow for two columns: what an option does stands below it.
  const isNarrow = width < left + 30;
  const options = rows.flatMap(([option, help]) =>
    isNarrow
      ? [`  ${option}`, ...wrapped(help, width, '      ')]
      : wrapped(help, width, ' '.repeat(left)).map((line, index) =>
          index === 0 ? `  ${option.padEnd(left - 4)}  ${line.slice(left)}` : line,
        ),
  );
  return [
    ...wrapped(`Usage: ${usage}`, width, '').map((line, index) => (index === 0 ? line : `  ${line}`)),
    '',
    ...wrapped(about, width, ''),
    '',
    'Options:',
    ...options,
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...examples.map((example) => `  ${example}`)]),
    '',
  ].join('\n');
}

/** Lines of at most `width` letters, each after `indent`; a longer word has a line of its own. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, indent + line];
}

function describe(option: Option): string {
  const notes: string[] = [];
  if (option.type === 'text' && option.choices) notes.push(`one of ${option.choices.join(', ')}`);
  if (option.type === 'text' && option.repeatable) notes.push('repeatable');
  if (option.type !== 'flag' && option.default !== undefined) notes.push(`default ${option.default}`);
  if (option.type === 'integer' && option.bare !== undefined)
    notes.push(`${option.value} ${option.bare} where none is given`);
  if (option.env !== undefined) notes.push(option.env);
  return notes.length === 0 ? option.help : `${option.help} [${notes.join('; ')}]`;
}

/** The candidate within two typos of what was typed, if there is one, for "did you mean". */
export function closest(typedText: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    // The relay uses this with input of strangers too, so long texts are not compared.
    .filter((candidate) => Math.abs(candidate.length - typedText.length) <= 2)
    .map((candidate) => ({ candidate, slips: slipsBetween(typedText.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips);
  const best = ranked[0];
  return best !== undefined && best.slips <= 2 ? best.candidate : undefined;
}

/** Levenshtein distance, row by row. */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
