// Starts a program of Sallyport on the Node that npm has brought along, in plain JavaScript for any Node >= 20. A checkout and
// a release have the same files: a release has its programs bundled (main.mjs).
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `<folder>/main` with this process's arguments, in place of this process where that can be. */
export function launch(folder) {
  const node = ownNode() ?? fitNode();
  if (node === undefined) {
    console.error(`Sallyport runs on Node 24.15 or newer, and this is ${process.versions.node}. ${howToGetNode()}`);
    process.exit(1);
  }
  const program = [join(root, folder, 'main.mjs'), join(root, folder, 'main.ts')].find(existsSync);
  // The allocator of glibc would keep an arena for each thread, and much of what was freed.
  const { flags, env } = JSON.parse(readFileSync(join(root, folder, 'node.json'), 'utf8'));
  const args = [...flags, program, ...process.argv.slice(2)];
  const all = { ...env, ...process.env };
  if (process.execve !== undefined && process.platform !== 'win32') process.execve(node, [node, ...args], all);
  runBeside(node, args, all);
}

/** The package with the Node for this platform, as `name` and `name@version`; undefined where there is none. */
function nodePackage() {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = Object.keys(optionalDependencies).find((each) => each.endsWith(`-${platform}-${process.arch}`));
  return name === undefined ? undefined : { name, exact: `${name}@${optionalDependencies[name]}` };
}

/** The binary of that package, wherever npm has put it. */
function ownNode() {
  const wanted = nodePackage();
  if (wanted === undefined) return undefined;
  const file = join('bin', process.platform === 'win32' ? 'node.exe' : 'node');
  const folders = createRequire(import.meta.url).resolve.paths('node') ?? [];
  return folders.map((folder) => join(folder, wanted.name, file)).find(existsSync);
}

/** npm installs without a word what it could not fetch of optional packages, and the Node is one. */
function howToGetNode() {
  if (existsSync(join(root, 'package-lock.json'))) return `Install it, or set Sallyport up again: npm ci in ${root}`;
  const wanted = nodePackage();
  if (wanted === undefined) return `Install it: npm has none for ${process.platform} on ${process.arch}.`;
  return `npm could not fetch the one that comes along. See why: npm view ${wanted.exact} dist.tarball. Then install Sallyport again, with --include=optional.`;
}

/** The Node that runs this, if it is new enough. */
function fitNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 15) ? process.execPath : undefined;
}

/** An older Node, and Windows, cannot become another program: this process waits, and passes signals on. */
function runBeside(node, args, env) {
  const once = `--import=${pathToFileURL(join(root, 'scripts/one-signal.mjs'))}`;
  const child = spawn(node, [once, ...args], { stdio: 'inherit', env });
  // Windows gives Ctrl-C to both by itself, and `kill` ends the child there before it can do anything.
  const pass = (signal) => process.platform !== 'win32' && child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, pass);
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
  });
}
