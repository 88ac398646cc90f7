/** Lists specs, with what the machine alone knows: when a folder was made. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { answered } from '../answered.ts';
import type { QueryContext, QueryHandler } from '../handler.ts';

export const specList: QueryHandler<'spec-list'> = withTimes('spec-list');
export const specArchivedList: QueryHandler<'spec-archived-list'> = withTimes('spec-archived-list');

function withTimes<Name extends 'spec-list' | 'spec-archived-list'>(name: Name): QueryHandler<Name> {
  const answer = answered(name);
  const handler = async (args: Parameters<typeof answer>[0], context: QueryContext) => {
    const { items } = await answer(args, context as never);
    const { root } = context.project;
    return {
      items: await Promise.all(
        items.map(async (item) => {
          const createdAt = await stat(join(root, item.folder)).then(
            ({ birthtime }) => birthtime.toISOString(),
            () => undefined,
          );
          return createdAt === undefined ? item : { ...item, createdAt };
        }),
      ),
    };
  };
  return handler as unknown as QueryHandler<Name>;
}
