/** Runs one test file in a process of its own, and tells what came of it. */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';

const root = join(import.meta.dirname, '..');

/** What one file's tests came to. */
export interface FileReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** By the clock, and of the CPU with all that it started. */
  readonly seconds: number;
  readonly cpu: number;
  /** The reasons of its skips. */
  readonly skips: readonly string[];
  /** Its tests by name, and why they failed, to read. */
  readonly text: string;
}

/** A file that has not ended by then has failed: without this, what it left running would hold up all others. */
const FILE_MS = 12 * 60_000;

let files = 0;

/** Runs a file (path from the root) with more in its environment. */
export async function runTestFile(file: string, env: Record<string, string>): Promise<FileReport> {
  const cpuFile = join(tmpdir(), `sallyport-test-${process.pid}-${files++}`);
  const began = performance.now();
  const events = run({
    files: [join(root, file)],
    cwd: root,
    concurrency: 1,
    timeout: 180_000,
    signal: AbortSignal.timeout(FILE_MS),
    // The app's logic needs Solid's browser build, which node-side tests do not notice: one condition for all.
    execArgv: ['--conditions=browser', `--import=${join(import.meta.dirname, 'test-cpu.mjs')}`],
    env: { ...process.env, ...env, SALLYPORT_TEST_CPU_FILE: cpuFile },
  });
  const told = await readEvents(events);
  const seconds = (performance.now() - began) / 1000;
  return { ...told, seconds, cpu: await readCpu(cpuFile) };
}

async function readEvents(events: AsyncIterable<TestEvent>): Promise<Omit<FileReport, 'seconds' | 'cpu'>> {
  const reporter = new spec();
  let text = '';
  reporter.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const skips: string[] = [];
  let counts = { passed: 0, failed: 0, skipped: 0 };
  let hasPassed = false;
  for await (const event of events) {
    const { type, data } = event;
    // What a file's own process tells names it as the entry.
    const { entryFile } = data as { readonly entryFile?: string };
    if (type === 'test:pass' && typeof data.skip === 'string' && entryFile !== undefined) skips.push(data.skip);
    if (type === 'test:summary' && entryFile !== undefined) {
      const { passed, failed, cancelled, skipped } = data.counts as typeof data.counts & { readonly failed: number };
      counts = { passed, failed: failed + cancelled, skipped };
    }
    // A process may also die, or end with a code, when its tests have passed.
    if (type === 'test:complete' && entryFile === undefined) hasPassed = data.details.passed === true;
    // The runner's own counts are told at the end of all.
    if (type !== 'test:summary' && !(type === 'test:diagnostic' && data.file === undefined)) reporter.write(event);
  }
  await new Promise<void>((resolve) => reporter.end(resolve));
  return { ...counts, failed: hasPassed ? counts.failed : Math.max(counts.failed, 1), skips, text };
}

/** Nothing where the process was killed. */
async function readCpu(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '0');
  await rm(file, { force: true });
  return Number(text);
}
