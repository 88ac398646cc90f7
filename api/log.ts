/** The relay's log: pino, one JSON line per event, on stderr. Callers log ids and never keys, tokens, bodies or queries. Anything that looks like a secret is redacted as well. */
import { pino } from 'pino';
import { printableJson } from '#contract/printable.ts';
import type { LogLevel } from './config.ts';
import { withoutKeys } from './redact.ts';

export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/** Matches session and sign-in tokens by their names, and passwords in addresses. */
const secrets: readonly [RegExp, string][] = [
  [/(:\/\/)[^/@\s"]*@/g, '$1…@'],
  [/("(?:authorization|cookie|set-cookie|password|token|secret|key)":")[^"]*/gi, '$1…'],
  [/\b(Bearer|Basic) [^\s"]+/g, '$1 …'],
];

/** A log without entries below `level`. An `error` field is logged with its stack and causes. */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const logger = pino(
    {
      level,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
      hooks: { streamWrite: blotted },
    },
    { write },
  );
  const at =
    (own: LogLevel) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) =>
      logger[own](fields, event);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function blotted(line: string): string {
  return printableJson(secrets.reduce((text, [pattern, blot]) => text.replace(pattern, blot), withoutKeys(line)));
}

function describeError(value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: describeError(value.cause) };
  return { message: value.message, stack: value.stack, ...cause };
}
