/** Solid runs the function child of a `<Show>` or `<Match>` once for each time that it appears. What it returns follows the state only where it is JSX; a string or a choice stays as it was at first. */

import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAst } from 'rolldown/parseAst';

const root = join(import.meta.dirname, '../..');
const shown = new Set(['Show', 'Match']);

test('what the app shows of a value follows it: each function child of Show and Match returns JSX', async () => {
  const wrong: string[] = [];
  for await (const file of glob('pwa/**/*.tsx', { cwd: root, exclude: ['pwa/dist'] }))
    wrong.push(...frozenChildren(file, await readFile(join(root, file), 'utf8')));
  assert.deepEqual(wrong, []);
});

test('a child that returns a string or a choice is found, JSX and a block of statements are not', () => {
  const frozen = [
    '<Show when={x()}>{(y) => y().title + 1}</Show>',
    "<Match when={x()}>{(y) => (y() ? 'a' : 'b')}</Match>",
  ];
  const live = ['<Show when={x()}>{(y) => <>{y()}</>}</Show>', '<Show when={x()}>{(y) => (<p>{y()}</p>)}</Show>'];
  assert.equal(frozenChildren('frozen.tsx', frozen.join(';\n')).length, 2);
  assert.deepEqual(frozenChildren('live.tsx', live.join(';\n')), []);
});

/** Function children that stay as they were at first, each as `file:line`. */
function frozenChildren(file: string, text: string): string[] {
  const found: string[] = [];
  look(parseAst(text, { lang: 'tsx' }), (node) => {
    const { openingElement, children } = node;
    if (node.type !== 'JSXElement' || !shown.has(String(openingElement?.name?.name))) return;
    for (const { expression } of children ?? [])
      if (expression !== undefined && isFrozen(expression))
        found.push(`${file}:${text.slice(0, expression.start).split('\n').length}`);
  });
  return found;
}

/** What is read of the nodes that the parser makes. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly openingElement?: { readonly name?: { readonly name?: unknown } };
  readonly children?: readonly Node[];
  readonly expression?: Node;
  readonly body?: Node;
}

function look(node: unknown, see: (node: Node) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if ('type' in node) see(node as Node);
  for (const part of Object.values(node)) look(part, see);
}

function isFrozen(child: Node): boolean {
  if (child.type !== 'ArrowFunctionExpression') return false;
  let { body } = child;
  while (body?.type === 'ParenthesizedExpression') body = body.expression;
  return !['JSXElement', 'JSXFragment', 'BlockStatement'].includes(body?.type ?? '');
}
