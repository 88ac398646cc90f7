/** A bridge's executor that kills itself (SIGKILL) in the midst of a command, or of one that an earlier life has left. Arguments: its data folder, the project's root, the moment, the command as JSON. */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { defaultPolicy } from '#contract/machine.ts';
import { enterAudit } from '../../bridge/audit/log.ts';
import { createExecutor } from '../../bridge/commands/execute.ts';
import { openJournal } from '../../bridge/commands/journal.ts';
import { openNonces } from '../../bridge/commands/nonces.ts';
import { createSealingKeys } from '../../bridge/keys/sealing-keys.ts';
import { scanProject } from './project.ts';
import { openTestSessions } from './sessions.ts';
import { openWatchList } from './watch-list.ts';

const [folder = '', root = '', moment = '', command = ''] = process.argv.slice(2);
const project = await scanProject(root);
const journal = await openJournal(folder);
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('this is never reached');
};

if (moment === 'link' || moment === 'rename') files[moment] = die;
if (/^\d+$/.test(moment)) dieAtStep(Number(moment));
if (moment === 'rm')
  // Only what is cleared away behind the rename: before it there may be something of an earlier life.
  files.rename = new Proxy(files.rename, {
    apply: async (rename, self, paths) => {
      await Reflect.apply(rename, self, paths);
      die();
    },
  });
syncBuiltinESMExports();

/** Dies before the n-th time that a file gets a name. */
function dieAtStep(last: number): void {
  let steps = 0;
  const counted = {
    apply: (act: (...args: unknown[]) => unknown, self: unknown, args: unknown[]) => {
      steps += 1;
      return steps === last ? die() : Reflect.apply(act, self, args);
    },
  };
  for (const name of ['link', 'rename'] as const)
    Object.assign(files, { [name]: new Proxy(files[name], counted as object) });
}

/** Lives that end before an effect is in the journal, or right behind that. */
const dyingAt: Readonly<Record<string, Partial<typeof journal>>> = {
  effect: { effect: die },
  journaled: {
    effect: async (id, begun) => {
      await journal.effect(id, begun);
      die();
    },
  },
};

const executor = createExecutor({
  projects: () => [project],
  homes: async () => [],
  decisions: { left: () => undefined },
  watchList: await openWatchList(folder, () => [project]),
  sessions: await openTestSessions(folder),
  sealingKeys: createSealingKeys(async () => []),
  journal: { ...journal, ...dyingAt[moment] },
  policy: () => defaultPolicy,
  signatures: { pins: () => [], nonces: await openNonces(folder), now: Date.now },
  record: async (act) => {
    await enterAudit(folder, act);
    return true;
  },
  serverNow: () => Date.now(),
  takeIn: async () => {},
  renew: async () => true,
  onResult: () => {},
  onDefect: (_, error) => console.error(error),
});
await executor.recover();
await executor.accept([JSON.parse(command)]);
await executor.idle();
