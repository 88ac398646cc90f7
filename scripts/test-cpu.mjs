// Loaded into each test file's process by `scripts/test-file.ts`: notes at its end what it and all that it started have used of the CPU.
import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.SALLYPORT_TEST_CPU_FILE;
delete process.env.SALLYPORT_TEST_CPU_FILE;
if (isMainThread && file !== undefined) process.on('exit', () => writeFileSync(file, String(seconds())));

/** Its own and that of the children that have ended, where the system tells it; else its own alone. */
function seconds() {
  const { user, system } = process.cpuUsage();
  const own = (user + system) / 1e6;
  if (process.platform !== 'linux') return own;
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // In hundredths of a second on every Linux.
  return own + (Number(fields[13]) + Number(fields[14])) / 100;
}
