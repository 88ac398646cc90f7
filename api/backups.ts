/** Copies of the store that the running relay makes: a copy of its files from outside would miss what is not written back yet. */
import { randomBytes } from 'node:crypto';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Act } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import { reasonOf } from '#contract/reason.ts';
import { commitRecorded } from './audit/log.ts';
import { actorOf, type PersonCaller } from './identity/caller.ts';
import { organisationShard } from './store/shards.ts';
import type { Store } from './store/store.ts';

/** Ms after which a copy that was not fetched is removed. */
const LEFT_OVER_MS = 60 * 60 * 1000;
const ownName = /^backup-[0-9a-f]{16}\.sqlite$/;

/** Makes a copy of the store in the data folder (mode 0600) and resolves to its path. Throws Problem `backup-elsewhere`. */
export type MakeBackup = (by?: PersonCaller) => Promise<string>;

/** Makes copies in `folder`, one after another. A copy that a person asked for is recorded in their organisation's audit. */
export function createBackups(store: Store, folder: string): MakeBackup {
  let making: Promise<unknown> = Promise.resolve();
  return (by) => {
    const made = making
      .catch(() => undefined)
      .then(async () => {
        const path = await make(store, folder);
        if (by !== undefined) await enter(store, by);
        return path;
      });
    making = made;
    return made;
  };
}

async function enter(store: Store, by: PersonCaller): Promise<void> {
  const act: Act = { action: 'backup-made', result: 'done', by: actorOf(by) };
  await commitRecorded(store, organisationShard(by.organisation), {}, [act]);
}

async function make(store: Store, folder: string): Promise<string> {
  const { backup } = store;
  if (backup === undefined) throw new Problem('backup-elsewhere');
  const path = join(folder, `backup-${randomBytes(8).toString('hex')}.sqlite`);
  try {
    await removeLeftOvers(folder);
    await (await open(path, 'wx', 0o600)).close();
  } catch (cause) {
    const sentence = `No copy can be made in ${folder}: ${reasonOf(cause)}. Check who owns it, and its disk.`;
    throw new Problem('store-away', undefined, {}, new Error(sentence, { cause }));
  }
  try {
    await backup(path);
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
  return path;
}

async function removeLeftOvers(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((found) => ownName.test(found))) {
    const path = join(folder, name);
    // Its owner may have fetched and removed it meanwhile.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > LEFT_OVER_MS) await rm(path, { force: true });
  }
}
