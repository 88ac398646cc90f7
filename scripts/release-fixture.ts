/**
 * `npm run release:fixture`: bundles the bridge and the relay of this release, each into one file below `test/fixtures/<version>/`, so that
 * later releases are tested against it without any history or network. Run it once, with the release's commit. `-- TREE` bundles another
 * checkout whose packages are installed, `-- TREE FOLDER` into another folder.
 */
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { bundleProgram } from './release/bundle.ts';

const root = join(import.meta.dirname, '..');
const tree = resolve(process.argv[2] ?? root);
const { version } = JSON.parse(await readFile(join(tree, 'package.json'), 'utf8')) as { version: string };
const folder = resolve(process.argv[3] ?? join(root, 'test/fixtures', version));

await mkdir(folder, { recursive: true });
for (const [entry, name] of [
  ['bridge/main.ts', 'bridge.mjs'],
  ['api/main.ts', 'relay.mjs'],
] as const)
  await bundleProgram(tree, entry, join(folder, name));
// Read at the start, beside the file.
await cp(join(tree, 'api/store/redis/lua'), join(folder, 'lua'), { recursive: true });
console.log(`${folder}: bridge.mjs, relay.mjs`);
