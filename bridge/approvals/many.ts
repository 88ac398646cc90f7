/** Several approvals in one command: each is checked and written by itself, in order, and a Problem of one does not hold the others. */
import type { Problem } from '#contract/problems.ts';
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

/** Does each item. `resultOf` makes the command's result of how they ended. */
export async function doEach<
  Item extends { readonly approval: string },
  Result extends { readonly approval: string },
  Said,
>(
  items: readonly Item[],
  { performEach }: Pick<CommandContext, 'performEach'>,
  prepare: (item: Item) => Promise<Prepared<Result>>,
  resultOf: (sorted: Sorted<Result>) => Said,
): Promise<Said> {
  const ready = new Map<number, Prepared<Result>>();
  const makers = items.map((item, at) => async () => {
    const prepared = await prepare(item);
    ready.set(at, prepared);
    return prepared.effect;
  });
  const said = (failed: ReadonlyMap<number, Problem>) => resultOf(sorted(items, ready, failed));
  return said(await performEach(makers, said));
}

function sorted<Result extends { readonly approval: string }>(
  items: readonly { readonly approval: string }[],
  ready: ReadonlyMap<number, Prepared<Result>>,
  failed: ReadonlyMap<number, Problem>,
): Sorted<Result> {
  const results = [...ready].flatMap(([at, { result }]) => (failed.has(at) ? [] : [result]));
  return {
    total: items.length,
    succeeded: results.map(({ approval }) => approval),
    failed: [...failed].map(([at, { code, detail }]) => ({
      id: items[at]?.approval ?? '',
      problem: code,
      ...(detail === undefined ? {} : { detail }),
    })),
    results,
  };
}
