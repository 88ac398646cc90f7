/** `npm run bench:keeper [terminals]`: private memory of the keeper in its release form without children, and what each terminal adds that has shown 1,000 lines, beside bare Node of the same version. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openKeeper } from '../../bridge/keeper/client.ts';
import { cleanEnvironment } from '../../test/kit/process.ts';
import { openTemporaryFolder } from '../../test/kit/projects.ts';
import { privateBytes } from './process-use.ts';
import { startReleasedKeeper } from './released-keeper.ts';

const terminals = Number(process.argv[2] ?? 10);
const SETTLE_MS = 5000;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

const bare = await bareNode();
await using stack = new AsyncDisposableStack();
const folder = stack.use(await openTemporaryFolder());
const dataFolder = join(folder.path, 'data');
await mkdir(dataFolder, { recursive: true, mode: 0o700 });
const { pid } = stack.use(await startReleasedKeeper(folder.path, dataFolder));
await delay(SETTLE_MS);
const idle = privateBytes(pid);
console.log(
  `  without children: ${mb(idle)} private, ${mb(idle - bare)} above bare Node's ${mb(bare)} (aim: at most 6)`,
);
const keeper = stack.use(openKeeper({ dataFolder, log: { info: () => undefined }, env: cleanEnvironment() }));
await open('first');
await delay(SETTLE_MS);
const one = privateBytes(pid);
for (let n = 1; n < terminals; n++) await open(`more-${n}`);
await delay(SETTLE_MS);
const each = (privateBytes(pid) - one) / (terminals - 1);
console.log(`  the first terminal: ${mb(one - idle)}; each of ${terminals - 1} more: ${mb(each)} (aim: at most 5)`);

async function open(id: string): Promise<void> {
  const line = 'seq -f "line %g of a log, as long as such lines are, with some words in it" 1000; exec sleep 600';
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' };
  await keeper.start({ id, sort: 'pty', argv: ['sh', '-c', line], cwd: folder.path, env });
}

async function bareNode(): Promise<number> {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)']);
  await delay(1000);
  const bytes = privateBytes(child.pid ?? 0);
  child.kill();
  await once(child, 'exit');
  return bytes;
}
