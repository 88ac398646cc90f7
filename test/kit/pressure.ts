/** What a relay under attack feels: the memory of its process, bytes of bodies that it holds, and how long its event loop lets others wait. */
import { readFile } from 'node:fs/promises';

/** Memory of a process in bytes, as Linux counts it. */
export async function residentBytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** One number of a relay's /metrics. */
export async function metricOf(url: string, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
  return Number(value ?? 0);
}

/** The longest that /livez took, in ms, asked over and over until `attack` is done. */
export async function longestWait(url: string, attack: Promise<unknown>): Promise<number> {
  let isOver = false;
  const over = attack.finally(() => {
    isOver = true;
  });
  let longest = 0;
  do {
    const startedAt = performance.now();
    await (await fetch(new URL('/livez', url))).arrayBuffer();
    longest = Math.max(longest, performance.now() - startedAt);
  } while (!isOver);
  await over;
  return longest;
}
