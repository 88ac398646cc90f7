/** The order in which test files run: the longest first, and so many at a time that the cores are busy, since some files compute and others wait. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const timesFile = join(import.meta.dirname, 'test-times.json');

/** Seconds of files that are not short, by title, as somebody noted them last (`npm test -- --note-times`). Only the order depends on them. */
const known: Readonly<Record<string, number>> = JSON.parse(readFileSync(timesFile, 'utf8'));
const SHORT_S = 5;

/** So many files run in any case, for each core; and so many at most, where they wait. */
const FILES_MIN = 1;
const FILES_MAX = 4;
/** Another file is begun if less than this part of all cores was busy since the last look. */
const BUSY_ENOUGH = 0.92;
const LOOK_MS = 500;

/** Does all jobs, each by its title. */
export async function runInPool(titles: readonly string[], run: (title: string) => Promise<void>): Promise<void> {
  const cores = cpus().length;
  const waiting = titles.toSorted((a, b) => (known[b] ?? 0) - (known[a] ?? 0));
  const running = new Set<Promise<void>>();
  const begin = () => {
    const title = waiting.shift();
    if (title === undefined) return;
    const job = run(title).finally(() => running.delete(job));
    running.add(job);
  };
  let last = spent();
  while (waiting.length + running.size > 0) {
    while (waiting.length > 0 && running.size < cores * FILES_MIN) begin();
    const look = new AbortController();
    const isTime = delay(LOOK_MS, true, { signal: look.signal }).catch(() => false);
    if (!(await Promise.race([isTime, Promise.race(running)]))) {
      look.abort();
      continue;
    }
    const now = spent();
    const busy = (now.busy - last.busy) / (now.all - last.all);
    last = now;
    if (busy < BUSY_ENOUGH && running.size < cores * FILES_MAX) begin();
  }
}

/** What all cores have done until now. */
function spent(): { readonly busy: number; readonly all: number } {
  const times = cpus().map((core) => core.times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: all - times.reduce((sum, { idle }) => sum + idle, 0), all };
}

/** Keeps what the files took in this run, for the order in the next ones. */
export function noteTimes(seconds: ReadonlyMap<string, number>): void {
  const long = [...seconds].filter(([, taken]) => taken >= SHORT_S).sort(([a], [b]) => a.localeCompare(b));
  const lines = long.map(([title, taken]) => `  ${JSON.stringify(title)}: ${Math.round(taken)}`);
  writeFileSync(timesFile, `{\n${lines.join(',\n')}\n}\n`);
}
