/** The relay's log: one JSON line an event, on stderr. Secrets never come here: callers log ids, never keys, tokens, bodies or queries. */
import { type LogLevel, logLevels } from './config.ts';

export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, unknown>>) => void>>;

/** A log that drops what is below `level`; an `error` field comes with its stack and causes. */
export function createLog(level: LogLevel, write: (line: string) => void): Log {
  const least = logLevels.indexOf(level);
  const at =
    (own: LogLevel) =>
    (event: string, fields: Readonly<Record<string, unknown>> = {}) => {
      if (logLevels.indexOf(own) < least) return;
      write(`${JSON.stringify({ at: new Date().toISOString(), level: own, event, ...fields }, withErrors)}\n`);
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function withErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: value.cause };
  return { message: value.message, stack: value.stack, ...cause };
}
