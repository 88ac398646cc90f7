/** Looks, a moment after Enter, at what was begun in a terminal. */
import type { Keeper } from '../keeper/keeper.ts';
import { foregroundOf } from './foreground.ts';

export interface Look extends Disposable {
  /** Where one is to come already, it is that one. */
  soon(): void;
}

/** What ends before that is not seen. */
const LOOK_MS = 700;

export function createLook(keeper: Pick<Keeper, 'children'>, id: string, found: (line: string) => void): Look {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async () => {
    const children = await keeper.children().catch(() => []);
    const child = children.find((one) => one.id === id && one.end === undefined);
    const line = child === undefined ? undefined : await foregroundOf(child.pid);
    timer = undefined;
    if (line !== undefined && !isOver) found(line);
  };
  return {
    soon: () => {
      timer ??= setTimeout(() => void look(), LOOK_MS);
    },
    [Symbol.dispose]: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
