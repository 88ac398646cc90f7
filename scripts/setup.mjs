// All set-up that `npm start` and its like need, in plain JavaScript for any Node >= 20: the packages, and with them Node itself.
// What tests need beside that is in test-parts.ts. Says what it does on stderr only.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (Number(process.versions.node.split('.')[0]) < 20) fail('Sallyport needs Node 20 or newer to set itself up.');
installPackages();

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
