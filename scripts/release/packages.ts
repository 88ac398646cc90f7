/** Which packages a release has inside, from what was bundled and from what the app imports, with their licences. */
import { existsSync } from 'node:fs';
import { glob, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package whose code is in the release. */
export interface Inside {
  readonly name: string;
  readonly version: string;
  /** SPDX expression. */
  readonly licence: string;
  /** SHA-512 of its archive at the registry, hex. */
  readonly sha512: string | undefined;
  /** The text of its licence, if it has one. */
  readonly text: string;
}

type Lock = Readonly<
  Record<
    string,
    {
      readonly version?: string;
      readonly integrity?: string;
      readonly dependencies?: Readonly<Record<string, string>>;
    }
  >
>;

/** What the app's build takes in without an import of its own. */
const ofBuild = ['@mermaid-js/tiny', 'lucide-static'];

/** The packages of bundled files (relative to the tree), of the app, and those named, sorted by name. */
export async function packagesInside(
  tree: string,
  modules: readonly string[],
  named: readonly string[],
): Promise<readonly Inside[]> {
  const { packages } = JSON.parse(await readFile(join(tree, 'package-lock.json'), 'utf8')) as { packages: Lock };
  const bundled = modules.flatMap((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  const app = withDependencies(packages, [...(await importsOfApp(tree)), ...ofBuild]);
  const folders = new Set([...bundled, ...app, ...named.map((name) => `node_modules/${name}`)]);
  const found = await Promise.all([...folders].map((folder) => readPackage(tree, folder, packages)));
  return found.sort((one, other) => (`${one.name}@${one.version}` < `${other.name}@${other.version}` ? -1 : 1));
}

/** Names of the packages that the app's sources import. */
async function importsOfApp(tree: string): Promise<readonly string[]> {
  const names = new Set<string>();
  for await (const file of glob('pwa/**/*.{ts,tsx,css}', { cwd: tree, exclude: ['pwa/dist/**', 'pwa/vite.config.ts'] }))
    for (const [, name = ''] of (await readFile(join(tree, file), 'utf8')).matchAll(
      /(?:from|import)\s*\(?\s*'((?:@[\w.-]+\/)?[\w-][\w.-]*)/g,
    ))
      if (existsSync(join(tree, 'node_modules', name))) names.add(name);
  return [...names];
}

/** Folders of packages and of all that they need, as the lockfile has them. */
function withDependencies(packages: Lock, names: readonly string[]): readonly string[] {
  const folders = new Set<string>();
  const add = (name: string, from: string) => {
    const folder = [`${from}/node_modules/${name}`, `node_modules/${name}`].find((path) => path in packages);
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    for (const needed of Object.keys(packages[folder]?.dependencies ?? {})) add(needed, folder);
  };
  for (const name of names) add(name, '');
  return [...folders];
}

async function readPackage(tree: string, folder: string, packages: Lock): Promise<Inside> {
  const locked = packages[folder];
  const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  // A package for another platform is in the lockfile alone.
  if (!existsSync(join(tree, folder)))
    return { name, version: locked?.version ?? '', licence: 'MIT', ...noText(locked) };
  const { version, license } = JSON.parse(await readFile(join(tree, folder, 'package.json'), 'utf8'));
  const files = (await readdir(join(tree, folder))).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(tree, folder, file), 'utf8').catch(() => '')));
  const { sha512 } = noText(locked);
  const licence = typeof license === 'string' ? license : (license?.type ?? 'NOASSERTION');
  return { name, version, licence, sha512, text: texts.join('\n\n').replaceAll('\r\n', '\n').trim() };
}

function noText(locked: Lock[string] | undefined): Pick<Inside, 'sha512' | 'text'> {
  const [, base64] = /^sha512-(\S+)/.exec(locked?.integrity ?? '') ?? [];
  return { sha512: base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('hex'), text: '' };
}
