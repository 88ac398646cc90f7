/** Whether the bridge may write its data folder, and nobody else can read the secrets in it. Nothing is written to find out; `disk-space` tells whether there is room. */
import { access, constants, lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf } from '../../files/guard.ts';
import { ownKeys } from '../../keys/device-key.ts';
import { machineKey } from '../../sessions/machine-key.ts';
import { quoted } from '../../system/quoted.ts';
import { type Check, type Finding, fail, ok } from '../check.ts';

/** Files with secrets. */
const secrets = [
  'credentials.json',
  ...[...ownKeys, machineKey].map(({ name }) => name),
  'network.json',
  'service-environment.json',
];

const mayWrite = constants.R_OK | constants.W_OK | constants.X_OK;

export const dataFolder: Check = {
  name: 'data-folder',
  title: 'Data folder',
  group: 'This machine',
  run: async ({ data }) => {
    const stats = await lstat(data).catch((error: unknown) => codeOf(error));
    if (stats === 'ENOENT') return ok('It does not exist yet; the first login or run makes it.');
    if (typeof stats !== 'object') return cannot('be read', data, stats);
    if (!stats.isDirectory()) return cannot('be used: it is no folder', data, undefined);
    const trouble = await access(data, mayWrite).then(() => undefined, codeOf);
    if (trouble !== undefined) return cannot('be written', data, trouble);
    const closed = await closedIn(data);
    if (closed !== undefined) return cannot(`be used: ${closed} is not for this user`, data, undefined);
    return await judgeModes(data, stats.mode);
  },
};

/** What a code means here; that of a read-only file system is told by its fix. */
const reasons: Readonly<Record<string, string>> = { EACCES: ' by this user', EPERM: ' by this user', EROFS: '' };

function cannot(what: string, data: string, code: string | undefined): Finding {
  const why = code === undefined ? '' : (reasons[code] ?? ` (the system says ${code})`);
  const fix = {
    EROFS: { says: 'The file system is read-only. Choose a folder elsewhere:', copy: 'sallyport run --data DIR' },
  }[code ?? ''] ?? {
    says: 'Give it to the user who runs the bridge:',
    copy: `sudo chown -R "$USER" ${quoted(data)} && chmod -R u+rwX ${quoted(data)}`,
  };
  return { state: 'fail', says: `The data folder cannot ${what}${why}.`, fix, places: [data] };
}

/** The first of its files and folders that this user may not read and write. */
async function closedIn(data: string): Promise<string | undefined> {
  for (const name of (await readdir(data)).toSorted()) {
    const code = await access(join(data, name), constants.R_OK | constants.W_OK).then(() => undefined, codeOf);
    if (code === 'EACCES') return name;
  }
  return undefined;
}

async function judgeModes(data: string, mode: number): Promise<Finding> {
  if (process.platform === 'win32') return ok('It can be written. Windows keeps it for its user.');
  if ((mode & 0o077) !== 0)
    return fail(`Others on this machine can look into the data folder (mode ${octal(mode)}).`, {
      copy: `chmod 700 ${quoted(data)}`,
    });
  const open: string[] = [];
  for (const name of secrets) {
    const file = join(data, name);
    const stats = await lstat(file).catch(() => undefined);
    if (stats !== undefined && (stats.mode & 0o077) !== 0) open.push(file);
  }
  if (open.length === 0) return ok('It can be written, and only its user can read it.');
  return fail(`Others can read the secrets in ${open.map((file) => basename(file)).join(', ')}.`, {
    copy: `chmod 600 ${open.map(quoted).join(' ')}`,
  });
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8);
}
