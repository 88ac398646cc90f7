/** Looks, some moments after Enter, at what was begun in a terminal. */
import type { Keeper } from '../keeper/keeper.ts';
import { foregroundOf } from './foreground.ts';

export interface Look extends Disposable {
  /** Enter was pressed. */
  soon(): void;
}

/** Between Enter, a first look and later ones. What begins and ends between two is not seen. */
const LOOKS_MS = [60, 150, 500];

export function createLook(keeper: Pick<Keeper, 'children'>, id: string, found: (line: string) => void): Look {
  let left: number[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const look = async () => {
    const children = await keeper.children().catch(() => []);
    const child = children.find((one) => one.id === id && one.end === undefined);
    const line = child === undefined ? undefined : await foregroundOf(child.pid);
    if (line !== undefined && !isOver) found(line);
  };
  const goOn = () => {
    const ms = isOver ? undefined : left.shift();
    timer = ms === undefined ? undefined : setTimeout(() => void look().then(goOn), ms);
  };
  return {
    soon: () => {
      left = [...LOOKS_MS];
      if (timer === undefined) goOn();
    },
    [Symbol.dispose]: () => {
      isOver = true;
      clearTimeout(timer);
    },
  };
}
