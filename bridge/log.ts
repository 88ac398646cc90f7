/** Lines for people, on stderr. */
import { stderr } from 'node:process';
import { printable } from '#contract/printable.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** One method per level; messages have no full stop at the end. */
export type Log = Readonly<Record<LogLevel, (sentence: string) => void>>;

/** A log that writes messages of at least this level. */
export function createLog(level: LogLevel, write: (line: string) => void = (line) => stderr.write(line)): Log {
  const at = (of: LogLevel) => (sentence: string) => {
    if (logLevels.indexOf(of) > logLevels.indexOf(level)) return;
    write(`${new Date().toTimeString().slice(0, 8)} ${of.padEnd(5)} ${printable(sentence)}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
