/** `npm run release`: builds what users get into `release/`: bridge and relay as one file each, the app, a package.json with only what cannot be bundled, licences and a list of parts, and `releases.json` for `sallyport update --check`. Two builds of one tree are equal. `-- FOLDER` builds into another folder. */
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { buildAppInto } from './build-pwa.ts';
import { apart, bundleProgram, notBundled } from './release/bundle.ts';
import { packagesInside } from './release/packages.ts';
import { licencesText, partsList } from './release/papers.ts';

const root = join(import.meta.dirname, '..');

/** Files that a release has as the tree has them. */
const copied = [
  'LICENSE',
  'scripts/launch.mjs',
  'scripts/one-signal.mjs',
  'scripts/sallyport.mjs',
  'scripts/sallyport-relay.mjs',
  'bridge/node.json',
  'api/node.json',
];

if (import.meta.main) {
  const folder = resolve(process.argv[2] ?? join(root, 'release'));
  await buildRelease(folder);
  console.log(`${folder} is built. To try it: npm pack ${folder}, then npm install --global the archive.`);
}

/** Builds the release into a folder, which is emptied first. */
export async function buildRelease(folder: string): Promise<void> {
  const modules = await buildPrograms(folder);
  await cp(join(root, 'scripts/release/README.md'), join(folder, 'README.md'));
  await buildAppInto(join(folder, 'pwa/dist'));
  await writePapers(folder, modules);
}

/** Builds what runs on Node into a folder, which is emptied first; answers the files that are inside. */
export async function buildPrograms(folder: string): Promise<readonly string[]> {
  await rm(folder, { recursive: true, force: true });
  for (const part of ['api', 'bridge', 'scripts']) await mkdir(join(folder, part), { recursive: true });
  const modules: string[] = [];
  for (const part of ['api', 'bridge'])
    modules.push(...(await bundleProgram(root, `${part}/main.ts`, join(folder, part, 'main.mjs'))));
  // What runs a PAC file is loaded only where there is one.
  modules.push(...(await bundleProgram(root, 'bridge/net/pac/worker.ts', join(folder, 'bridge/pac-worker.mjs'))));
  for (const { entry, file } of apart)
    modules.push(...(await bundleProgram(root, entry, join(folder, 'bridge', file))));
  // The keeper is a process of its own, with little in it.
  modules.push(...(await bundleProgram(root, 'bridge/keeper/main.ts', join(folder, 'bridge/keeper.mjs'))));
  await cp(join(root, 'node_modules/quickjs-wasi/quickjs.wasm'), join(folder, 'bridge/quickjs.wasm'));
  // Read at the start, beside the file.
  await cp(join(root, 'api/store/redis/lua'), join(folder, 'api/lua'), { recursive: true });
  for (const file of copied) await cp(join(root, file), join(folder, file));
  return modules;
}

async function writePapers(folder: string, modules: readonly string[]): Promise<void> {
  const { name, version, description, license, type, bin, dependencies, ...more } = JSON.parse(
    await readFile(join(root, 'package.json'), 'utf8'),
  );
  const unbundled = Object.fromEntries(notBundled.map((one) => [one, dependencies[one]]));
  const optionalDependencies = { ...unbundled, ...more.optionalDependencies };
  // The launchers run on any Node from 20 on, and start the one that npm installs.
  const engines = { node: '>=20' };
  const published = { name, version, description, license, type, bin, engines, optionalDependencies };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(published, undefined, 2)}\n`);
  const brought = Object.keys(optionalDependencies);
  // What `sallyport update --check` reads, at whatever address it is put.
  await writeFile(join(folder, 'releases.json'), `${JSON.stringify({ name, version })}\n`);
  const packages = await packagesInside(root, modules, brought);
  const bundled = packages.filter((one) => !brought.includes(one.name));
  await writeFile(join(folder, 'LICENSES.txt'), licencesText(bundled));
  await writeFile(join(folder, 'sbom.cdx.json'), partsList(version, packages, new Set(brought)));
}
