#!/usr/bin/env node
// The command `sallyport` of a checkout, after `npm link`: starts the command line on the Node that npm has brought along.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const own = ['', '.cmd', '.exe'].map((end) => join(root, 'node_modules', '.bin', `node${end}`)).find(existsSync);
if (own === undefined) {
  console.error(`Set Sallyport up first: npm ci in ${root}`);
  process.exit(1);
}
const child = spawn(own, [join(root, 'bridge', 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: own.endsWith('.cmd'),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
});
