/** Whether the bridge's user can read all folders and files that specs are in, and write the folders where edits are allowed. */
import { access, constants, readdir, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { readPolicy } from '../../data/policy.ts';
import { codeOf } from '../../files/guard.ts';
import { formatReaders } from '../../formats/index.ts';
import { quoted } from '../../system/quoted.ts';
import { type Check, type Finding, type Fix, ok } from '../check.ts';

type Entry = readonly [path: string, isReadable: boolean, isWritable?: boolean];

/** Entries of one project that are looked at. */
const entriesMax = 20_000;
/** Paths that are named. */
const namedMax = 5;

export const folders: Check = {
  name: 'folders',
  title: 'Folders',
  group: 'This machine',
  run: async ({ roots, signal, data }) => {
    const closed: string[] = [];
    const found: { readonly path: string; readonly says: string }[] = [];
    let looked = 0;
    for (const root of roots)
      for await (const [path, isReadable, isWritable = true] of entriesOf(root, signal)) {
        looked += 1;
        if (!isWritable) closed.push(path);
        if (!isReadable) found.push({ path, says: join(basename(root), relative(root, path)) });
        if (looked >= entriesMax || found.length > 100) break;
      }
    if (found.length === 0 && closed.length > 0 && mayBeEdited(data)) return readOnly(closed);
    if (found.length === 0)
      return ok(looked === 0 ? 'There is nothing to read.' : `All ${looked} folders and files of specs can be read.`);
    const named = found.slice(0, namedMax);
    const others = found.length > namedMax ? ` and ${found.length - namedMax} more` : '';
    return {
      state: 'fail',
      says: `${named.map(({ says }) => says).join(', ')}${others} cannot be read by the user who runs this.`,
      afar: `${found.length} of the folders and files of specs cannot be read by the user who runs the bridge.`,
      fix: await rightsLine(
        'u+rX',
        named.map(({ path }) => path),
      ),
      places: named.map(({ path }) => path),
    };
  },
};

/** Whether somebody may edit here from afar; a policy that is damaged allows nothing. */
function mayBeEdited(data: string): boolean {
  try {
    return readPolicy(data).risks.write !== 'refuse';
  } catch {
    return false;
  }
}

async function readOnly(closed: readonly string[]): Promise<Finding> {
  const named = closed.slice(0, namedMax);
  const [first = ''] = named;
  const code = await access(first, constants.W_OK).then(() => undefined, codeOf);
  const where = named.map((path) => basename(path)).join(', ');
  const more = closed.length > namedMax ? ` and ${closed.length - namedMax} more` : '';
  const says = `${where}${more}: edits from the app fail there, because`;
  const fix =
    code === 'EROFS'
      ? { says: 'If that is not meant to be, see how its disk is mounted:', copy: `findmnt -T ${quoted(first)}` }
      : await rightsLine('u+rwX', named);
  const why = code === 'EROFS' ? 'the file system is read-only.' : 'the user who runs this may not write.';
  return { state: 'note', says: `${says} ${why}`, fix, places: named };
}

/** The line that gives rights to the user who runs this. A user cannot change the rights of another's files, so the line takes those over first. */
async function rightsLine(rights: string, paths: readonly string[]): Promise<Fix> {
  const words = paths.map(quoted).join(' ');
  const owners = await Promise.all(paths.map((path) => stat(path).then(({ uid }) => uid, codeOf)));
  const isOthers = owners.some((uid) => typeof uid === 'number' && uid !== (process.getuid?.() ?? uid));
  const chmod = `chmod -R ${rights} ${words}`;
  if (!isOthers) return { says: 'As the owner of the files:', copy: chmod };
  return {
    says: 'They belong to another user. Give them to the one who runs the bridge:',
    copy: `sudo chown -R "$USER" ${words} && ${chmod}`,
  };
}

/** Each folder and file of the formats at a root, with whether it can be read, and of a folder whether it can be written. A root that cannot be read is told itself. */
async function* entriesOf(root: string, signal: AbortSignal): AsyncGenerator<Entry> {
  const code = await access(root, constants.R_OK | constants.X_OK).then(() => undefined, codeOf);
  if (code === 'EACCES') yield [root, false];
  if (code !== undefined) return;
  const layouts = await Promise.all(formatReaders.map(({ detect }) => detect(root).catch(() => undefined)));
  const tops = new Set(layouts.flatMap((layout) => layout?.folders ?? []));
  for (const top of tops) yield* below(join(root, top), signal);
}

async function* below(folder: string, signal: AbortSignal): AsyncGenerator<Entry> {
  let entries: Awaited<ReturnType<typeof list>>;
  try {
    entries = await list(folder);
  } catch (error) {
    if (codeOf(error) === 'EACCES') yield [folder, false];
    return;
  }
  yield [
    folder,
    true,
    await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    ),
  ];
  for (const entry of entries) {
    if (signal.aborted) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git') yield* below(path, signal);
    else if (entry.isFile()) yield [path, (await access(path, constants.R_OK).then(() => '', codeOf)) !== 'EACCES'];
  }
}

const list = (folder: string) => readdir(folder, { withFileTypes: true });
