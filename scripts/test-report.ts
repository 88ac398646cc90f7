/** A reporter of node's test runner for `scripts/test.ts`: one JSON line for each file. */
import type { TestEvent } from 'node:test/reporters';

/** What one file's tests came to. */
export interface FileReport {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  /** The reasons of its skips. */
  readonly skips: readonly string[];
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const skips = new Map<string, string[]>();
  const counts = new Map<string, Omit<FileReport, 'file' | 'seconds' | 'skips'>>();
  for await (const { type, data } of events) {
    // What a file's own process tells names it as the entry.
    const { entryFile } = data as { readonly entryFile?: string };
    if (type === 'test:pass' && typeof data.skip === 'string' && entryFile !== undefined)
      skips.set(entryFile, [...(skips.get(entryFile) ?? []), data.skip]);
    if (type === 'test:summary' && entryFile !== undefined) {
      const { passed, failed, cancelled, skipped } = data.counts as typeof data.counts & { readonly failed: number };
      counts.set(entryFile, { passed, failed: failed + cancelled, skipped });
    }
    if (type !== 'test:complete' || entryFile !== undefined || data.file === undefined) continue;
    const { passed, failed, skipped } = counts.get(data.file) ?? { passed: 0, failed: 0, skipped: 0 };
    yield `${JSON.stringify({
      file: data.file,
      passed,
      // A process may also die, or end with a code, when its tests have passed.
      failed: data.details.passed ? failed : Math.max(failed, 1),
      skipped,
      seconds: data.details.duration_ms / 1000,
      skips: skips.get(data.file) ?? [],
    } satisfies FileReport)}\n`;
  }
}
