/** Several approvals in one command: each is checked and written by itself, in order, and a Problem of one does not hold the others. */
import type { WriteFile } from '../commands/effects/write-file.ts';
import type { CommandContext } from '../commands/handler.ts';

interface Prepared<Result> {
  readonly effect: WriteFile;
  readonly result: Result;
}

export interface Sorted<Result> {
  readonly total: number;
  readonly succeeded: string[];
  readonly failed: { readonly id: string; readonly problem: string; readonly detail?: string }[];
  readonly results: Result[];
}

/** Does each item. */
export async function doEach<Item extends { readonly approval: string }, Result extends { readonly approval: string }>(
  items: readonly Item[],
  { performEach }: Pick<CommandContext, 'performEach'>,
  prepare: (item: Item) => Promise<Prepared<Result>>,
): Promise<Sorted<Result>> {
  const ended = await performEach(items.map((item) => () => prepare(item)));
  const results = ended.flatMap((each) => ('result' in each ? [each.result] : []));
  return {
    total: items.length,
    succeeded: results.map(({ approval }) => approval),
    failed: ended.flatMap((each, at) => {
      if ('result' in each) return [];
      const { code, detail } = each.problem;
      return [{ id: items[at]?.approval ?? '', problem: code, ...(detail === undefined ? {} : { detail }) }];
    }),
    results,
  };
}
