/** Chooses how many waiting items go into one request. */
import { limits } from '#contract/limits.ts';

/** The first items that fit into a request; at least one, if there is any. */
export function firstThatFit<Item>(items: readonly Item[]): readonly Item[] {
  const first: Item[] = [];
  let size = 0;
  for (const item of items) {
    size += Buffer.byteLength(JSON.stringify(item));
    if (first.length > 0 && size > limits.inlineBodyBytesMax) break;
    first.push(item);
  }
  return first;
}
