/** Several approvals in one command: each is checked by itself, and those that pass are written together. */
import { Problem } from '#contract/problems.ts';
import type { WriteFile } from '../commands/effects/write-file.ts';

interface Prepared<Result> {
  readonly effect: WriteFile;
  readonly result: Result;
}

export interface Sorted<Result> {
  readonly total: number;
  readonly succeeded: string[];
  readonly failed: { readonly id: string; readonly problem: string; readonly detail?: string }[];
  readonly effects: readonly WriteFile[];
  readonly results: Result[];
}

/** Prepares each, in order. A Problem of one does not hold the others. */
export async function prepareAll<
  Item extends { readonly approval: string },
  Result extends { readonly approval: string },
>(items: readonly Item[], prepare: (item: Item) => Promise<Prepared<Result>>): Promise<Sorted<Result>> {
  const ready: Prepared<Result>[] = [];
  const failed: Sorted<Result>['failed'] = [];
  for (const item of items) {
    try {
      ready.push(await prepare(item));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { code, detail } = error;
      failed.push({ id: item.approval, problem: code, ...(detail === undefined ? {} : { detail }) });
    }
  }
  const results = ready.map(({ result }) => result);
  const succeeded = results.map(({ approval }) => approval);
  return { total: items.length, succeeded, failed, effects: ready.map(({ effect }) => effect), results };
}
