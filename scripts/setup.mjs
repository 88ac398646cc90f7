// All set-up that `npm start` and `npm test` need, in plain JavaScript for any Node >= 20: the packages (and with them Node
// itself), and with `--test` the real servers and the browser that the tests use. Says what it does on stderr only.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The real parts that tests use: the program, and Debian's package of it. */
const testParts = [
  ['redis-server', 'redis-server'],
  ['chromium', 'chromium'],
  ['squid', 'squid'],
  ['tinyproxy', 'tinyproxy'],
  ['nginx', 'nginx'],
  ['mitmdump', 'mitmproxy'],
];

if (Number(process.versions.node.split('.')[0]) < 20) fail('Sallyport needs Node 20 or newer to set itself up.');
installPackages();
if (process.argv.includes('--test')) installTestParts();

function installPackages() {
  if (!packagesStale()) return;
  say('Installing packages (npm ci) …');
  const npm = process.env.npm_execpath;
  // npm warns that Node 20 is older than what some packages ask for: the scripts run on the Node 26 that this installs.
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = npm?.endsWith('.js')
    ? run(process.execPath, [npm, ...args])
    : run('npm', args, { shell: process.platform === 'win32' });
  if (done.status !== 0)
    fail('npm ci failed; the lines above say why. Check the network and the npm registry, then try again.');
}

/** npm writes node_modules/.package-lock.json last: older than the lockfile means that something changed since. */
function packagesStale() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  const lock = join(root, 'package-lock.json');
  if (statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return false;
  return !sameVersions(lock, installed);
}

/** A fresh checkout renews the lockfile's time: what counts is whether every installed package has the locked version. */
function sameVersions(lock, installed) {
  const locked = JSON.parse(readFileSync(lock, 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  const needed = Object.entries(locked).filter(([path, entry]) => path !== '' && !entry.optional);
  return needed.every(([path, entry]) => present[path]?.version === entry.version);
}

function installTestParts() {
  const missing = testParts.filter(([program]) => !onPath(program)).map(([, name]) => name);
  if (missing.length === 0) return;
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && onPath('apt-get');
  if (!mayInstall) fail(`The tests use real servers and a browser: please install ${missing.join(', ')}.`);
  say(`Installing ${missing.join(', ')} (apt-get) …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0'];
  run('apt-get', ['update', ...quiet], { env });
  // A package that starts a service of its own would take a port: tests start theirs.
  const done = run('apt-get', ['install', '-y', '--no-install-recommends', ...quiet, ...missing], {
    env: { ...env, RUNLEVEL: '1' },
  });
  if (done.status !== 0) fail(`apt-get could not install ${missing.join(', ')}; the lines above say why.`);
}

function onPath(program) {
  const folders = [...(process.env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':'), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, program)));
}

/** Runs a program with its output on our stderr: stdout belongs to the script that follows. */
function run(program, args, options = {}) {
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
