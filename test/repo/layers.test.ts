/** Which folder may import which: what lies below never knows who uses it. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');

/** The folders and files that each may import beside itself and the contract. Identity makes the shard of an organisation and takes people out of it; what the core does then is in two files. */
const below: Readonly<Record<string, readonly string[]>> = {
  store: [],
  audit: ['store'],
  relay: ['store', 'audit'],
  identity: ['store', 'audit', 'relay/feeds/retention.ts', 'relay/person-left.ts', 'fair-queue.ts', 'limited-fetch.ts'],
};

test('the store, the audit, the core and identity import only what lies below them', async () => {
  const upwards: string[] = [];
  for (const [folder, allowed] of Object.entries(below)) {
    for await (const file of glob(`api/${folder}/**/*.ts`, { cwd: root })) {
      for (const [, target = ''] of (await readFile(join(root, file), 'utf8')).matchAll(/from '(\.[^']+)'/g)) {
        const found = join(dirname(file), target).slice('api/'.length);
        if (![folder, ...allowed].some((one) => found === one || found.startsWith(`${one}/`)))
          upwards.push(`${file} → ${target}`);
      }
    }
  }
  assert.deepEqual(upwards, []);
});

/** Imports of what belongs to a service: only the list that mounts may have them, and no service another. `imports` are pairs of paths. */
function strayServiceImports(imports: Iterable<readonly [file: string, target: string]>): readonly string[] {
  const serviceOf = (path: string) => /^api\/services\/([^/]+)\//.exec(path)?.[1];
  return [...imports].flatMap(([file, target]) => {
    const service = serviceOf(target);
    const isOwn = service === undefined || service === serviceOf(file) || file === 'api/services/index.ts';
    return isOwn ? [] : [`${file} → ${target}`];
  });
}

test('nobody imports a service but the list that mounts them, and no service another', async () => {
  const stray = strayServiceImports([
    ['api/services/index.ts', 'api/services/ai/index.ts'],
    ['api/services/ai/index.ts', 'api/services/ai/budget.ts'],
    ['api/services/ai/index.ts', 'api/services/service.ts'],
    ['api/services/files/index.ts', 'api/services/ai/budget.ts'],
    ['api/relay/commands/poll.ts', 'api/services/ai/budget.ts'],
  ]);
  assert.equal(stray.length, 2);
  const imports: [string, string][] = [];
  for await (const file of glob('api/**/*.ts', { cwd: root }))
    for (const [, target = ''] of (await readFile(join(root, file), 'utf8')).matchAll(
      /(?:from|import\() ?'(\.[^']+)'/g,
    ))
      imports.push([file, join(dirname(file), target)]);
  assert.ok(imports.length > 500);
  assert.deepEqual(strayServiceImports(imports), []);
  const core = imports.filter(([file]) => /^api\/(?:relay|identity|audit|store|routes)\//.test(file));
  assert.deepEqual(
    core.filter(([, target]) => target.startsWith('api/services/')),
    [],
  );
});

/** What a file needs when it runs: the relative paths of its imports that are not of types alone. */
function neededBy(text: string): readonly string[] {
  const named = [...text.matchAll(/^(?:import|export) (?!type )([^;]*?)from '(\.[^']+)'/gm)].flatMap(
    ([, names = '', target = '']) => (/^\{(?:\s*type [^,}]+,?)+\s*\}/.test(names) ? [] : [target]),
  );
  return [...named, ...[...text.matchAll(/import\('(\.[^']+)'\)/g)].map(([, target = '']) => target)];
}

/** Groups that need one another, in a circle or behind one: what is left when those are taken away that need no other. */
function circling(needs: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const left = new Set(needs.keys());
  const isFree = (one: string) => ![...(needs.get(one) ?? [])].some((other) => left.has(other));
  for (let free = [...left].filter(isFree); free.length > 0; free = [...left].filter(isFree))
    for (const one of free) left.delete(one);
  return [...left].flatMap((one) =>
    [...(needs.get(one) ?? [])].filter((other) => left.has(other)).map((other) => `${one} → ${other}`),
  );
}

test('no two folders of the bridge need each other', async () => {
  assert.deepEqual(neededBy(`import { type A, b } from './b.ts';\nimport { type C } from './c.ts';`), ['./b.ts']);
  assert.equal(
    circling(
      new Map([
        ['a', new Set(['b'])],
        ['b', new Set(['a'])],
      ]),
    ).length,
    2,
  );
  const placeOf = (path: string) => path.split('/').slice(0, 2).join('/');
  const needs = new Map<string, Set<string>>();
  for await (const file of glob('bridge/**/*.ts', { cwd: root })) {
    const own = needs.getOrInsert(placeOf(file), new Set());
    for (const target of neededBy(await readFile(join(root, file), 'utf8')))
      own.add(placeOf(join(dirname(file), target)));
    own.delete(placeOf(file));
  }
  assert.ok(needs.size > 20);
  assert.deepEqual(circling(needs), []);
});
