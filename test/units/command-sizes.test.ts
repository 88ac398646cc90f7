/** What a command may weigh: the body that its kind allows takes all that its schema does. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as v from 'valibot';
import { kinds } from '#contract/kinds/index.ts';
import type { Kind } from '#contract/kinds/kind.ts';
import { limits } from '#contract/limits.ts';

/** As much of a schema as tells how long its values get. */
interface Shape {
  readonly type: string;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: unknown }[];
  readonly entries?: Readonly<Record<string, Shape>>;
  readonly item?: Shape;
  readonly items?: readonly Shape[];
  readonly options?: readonly (Shape | string)[];
  readonly wrapped?: Shape;
  readonly literal?: unknown;
}

/** Bytes of the longest value as JSON, where each character is three bytes; without `edits`, which are as long as the text that they change. */
function longest(shape: Shape): number {
  const { entries, item, wrapped, options, items } = shape;
  const most = shape.pipe?.find(({ type }) => type === 'max_length')?.requirement;
  const isWord = shape.pipe?.some(({ type }) => type === 'regex') === true;
  if (entries !== undefined)
    return Object.entries(entries)
      .filter(([name]) => name !== 'edits')
      .reduce((sum, [name, entry]) => sum + name.length + 4 + longest(entry), 2);
  if (wrapped !== undefined) return longest(wrapped);
  if (item !== undefined) return typeof most === 'number' ? most * (longest(item) + 1) : Infinity;
  if (items !== undefined) return items.reduce((sum, each) => sum + longest(each) + 1, 2);
  if (options !== undefined)
    return Math.max(...options.map((each) => (typeof each === 'string' ? each.length + 2 : longest(each))));
  if (shape.type !== 'string') return 30;
  return typeof most === 'number' ? 3 * most + 2 : isWord ? 300 : Infinity;
}

test('a kind whose args may be long says how long (`argsBytesMax`), and no other reads large bodies', () => {
  for (const [name, kind] of Object.entries<Kind>(kinds)) {
    const bytes = longest(kind.args as v.GenericSchema as unknown as Shape);
    const argsBytesMax = kind.verb === 'command' ? kind.argsBytesMax : undefined;
    if (argsBytesMax === undefined) assert.ok(bytes <= limits.requestBytesMax, `${name}: ${bytes} bytes`);
    else {
      assert.ok(bytes > limits.requestBytesMax, `${name} needs no argsBytesMax`);
      assert.ok(argsBytesMax >= limits.textCommandBytesMax || argsBytesMax >= bytes, `${name}: ${bytes} bytes`);
      assert.ok(argsBytesMax <= limits.textCommandBytesMax, name);
    }
  }
});
