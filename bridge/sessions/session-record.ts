/** What a new terminal or run is to its lists. */
import type { RecordTold } from '#contract/record.ts';
import { sealName } from '#contract/sealing.ts';
import type { SessionWanted } from './sessions.ts';

/** Of a command line, in UTF-16 units. */
const ARGV_UNITS_MAX = 1000;

export function recordOf(kind: 'terminal' | 'run', wanted: SessionWanted, meta: object, nowMs: number): RecordTold {
  const { id, argv: all, shownCwd, project, title, by, isSealed } = wanted;
  const argv = shownArgv(all);
  const hasMore = wanted.hasMore === true || JSON.stringify(argv) !== JSON.stringify(all);
  const startedAt = new Date(nowMs).toISOString();
  return {
    ...{ id, kind, title, state: 'running' },
    ...(project === undefined ? {} : { project }),
    ...(isSealed ? { seal: sealName } : {}),
    meta: {
      ...{ argv, by, startedAt },
      ...(hasMore ? { hasMore } : {}),
      ...(shownCwd === undefined ? {} : { cwd: shownCwd }),
      ...meta,
    },
  };
}

/** The last entry of its channel: exit code, signal, or why neither is known. */
export function endEntryOf({ exitCode, signal, reason }: RecordTold['meta']): object {
  const said = Object.entries({ code: exitCode, signal, reason });
  return Object.fromEntries(said.filter(([, value]) => value !== undefined));
}

/** As much of a command line as a list shows. */
function shownArgv(argv: readonly string[]): string[] {
  const words: string[] = [];
  for (const word of argv) {
    if (words.reduce((sum, { length }) => sum + length, 0) > ARGV_UNITS_MAX) break;
    words.push(word.slice(0, ARGV_UNITS_MAX));
  }
  return words;
}
