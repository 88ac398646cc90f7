/** A world in which a program is killed at a step of its own (`failpoints.mjs`), started again, and what holds afterwards is compared. */
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { calls } from '#contract/paths.ts';
import { revOf } from '../../bridge/files/rev.ts';
import { eventually } from './eventually.ts';
import { BRIEF_MS, type Brief, GIVES_UP_MS, hasRun, judgeBrief, runCommand, sendBrief } from './killed-commands.ts';
import { specText, writeFiles } from './projects.ts';
import type { RelayKind } from './relay-processes.ts';
import { type MachineInWorld, openWorld, type World } from './world.ts';

export type Victim = 'bridge' | 'api';

export interface KillWorld extends AsyncDisposable {
  /** The steps that a program passes, from its start through one round, each as often as it comes. */
  stepsOf(victim: Victim): Promise<ReadonlyMap<string, number>>;
  /** Kills a program when it comes to a step for the so-many-th time, in a round; whether it came to it. It is started again at once, or (`isLate`) when the brief command of the round has expired. Throws where something does not hold afterwards. */
  killAt(victim: Victim, step: string, times: number, isLate?: boolean): Promise<boolean>;
}

const preload = pathToFileURL(join(import.meta.dirname, 'failpoints.mjs')).href;
const LOG = 'specs/000-log/LOG.md';
/** What a program that is still there may need to end what it began in time. */
const ENDS_MS = 500;

interface Stage {
  readonly kind: RelayKind;
  readonly world: World;
  readonly machine: MachineInWorld;
  readonly root: string;
  readonly env: Readonly<Record<Victim, Record<string, string>>>;
  round: number;
  /** What the commands have made of the log so far. */
  log: string;
  /** The command of this round that expires soon, and whether it had run when it had expired, before the program was started again. */
  brief: Brief | undefined;
  ranInTime: boolean | undefined;
}

/** Starts a relay of a kind, a machine and its project. */
export async function openKillWorld(kind: RelayKind): Promise<KillWorld> {
  await using stack = new AsyncDisposableStack();
  const env = { bridge: {}, api: {} };
  const world = stack.use(await openWorld({ env: env.api, kind }));
  const root = join(world.folder, 'shop');
  const log = '# Log\n';
  await writeFiles(root, { 'specs/000-log/README.md': specText('Log'), [LOG]: log });
  const machine = await world.startMachine('laptop', [root], env.bridge);
  const stage: Stage = { kind, world, machine, root, env, round: 0, log, brief: undefined, ranInTime: undefined };
  const kept = stack.move();
  return {
    stepsOf: async (victim) => {
      const file = join(world.folder, `steps-${victim}`);
      await startWith(stage, victim, { SALLYPORT_STEPS: file });
      await playRound(stage);
      await startWith(stage, victim, {});
      const steps = (await readFile(file, 'utf8')).trimEnd().split('\n');
      await rm(file);
      return new Map(
        Object.entries(Object.groupBy(steps, (step) => step)).map(([step, all]) => [step, all?.length ?? 0]),
      );
    },
    killAt: async (victim, step, times, isLate = false) => {
      const isDead = await startWith(stage, victim, { SALLYPORT_KILL_AT: `${step} ${times}` });
      if (isDead) await playRound(stage);
      return isDead || (await playKilled(stage, victim, isLate));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Starts a program again with more in its environment; one that is killed at its start already is started without. Whether it was. */
async function startWith(stage: Stage, victim: Victim, more: Record<string, string>): Promise<boolean> {
  const { world, machine, env } = stage;
  for (const name of Object.keys(env[victim])) delete env[victim][name];
  const isEmpty = Object.keys(more).length === 0;
  Object.assign(env[victim], isEmpty ? {} : { NODE_OPTIONS: `--import=${preload}`, ...more });
  try {
    if (victim === 'api') await world.restartApi('SIGKILL', async () => makeOlder(stage, more));
    else {
      await machine.bridge().end('SIGKILL');
      await machine.startBridge();
    }
    return false;
  } catch (error) {
    if (isEmpty || !wasKilled(stage, victim)) throw error;
    await startWith(stage, victim, {});
    return true;
  }
}

/** Makes the file of a relay that is to note or die at its upgrade one of an older release, which is rewritten at its opening. */
function makeOlder({ kind, world }: Stage, { SALLYPORT_KILL_AT, SALLYPORT_STEPS }: Record<string, string>): void {
  if (kind !== 'sqlite' || !(SALLYPORT_KILL_AT?.startsWith('upgrade') ?? SALLYPORT_STEPS !== undefined)) return;
  using db = new DatabaseSync(join(world.folder, 'relay', 'relay.sqlite'));
  db.exec('PRAGMA auto_vacuum = NONE; VACUUM;');
}

function programOf({ world, machine }: Stage, victim: Victim) {
  return victim === 'bridge' ? machine.bridge() : world.relay.programs()[0];
}

function wasKilled(stage: Stage, victim: Victim): boolean {
  return programOf(stage, victim)?.child.signalCode === 'SIGKILL';
}

/** Plays a round during which the program may be killed, and starts it again then. */
async function playKilled(stage: Stage, victim: Victim, isLate: boolean): Promise<boolean> {
  const child = programOf(stage, victim)?.child;
  if (child === undefined) throw new Error('there is no such program');
  const over = new AbortController();
  const killed = once(child, 'exit', { signal: over.signal }).then(
    async () => {
      if (isLate) {
        await delay(BRIEF_MS + ENDS_MS);
        stage.ranInTime = await hasRun(stage.brief);
      }
      await startWith(stage, victim, {});
      return true;
    },
    () => false,
  );
  // What goes wrong while it is started again is told at the end: the round waits for it meanwhile.
  killed.catch(() => undefined);
  try {
    await playRound(stage);
  } finally {
    over.abort();
    await killed;
  }
  return await killed;
}

/** A save of an editor, and commands that make a file, replace one and change one, and one that soon expires; then everything is as it was said. */
async function playRound(stage: Stage): Promise<void> {
  const { machine, root } = stage;
  stage.round += 1;
  const { round } = stage;
  const folder = `${String(round).padStart(3, '0')}-spec`;
  const text = specText(`Spec ${round}`);
  await writeFiles(root, { [`specs/${folder}/README.md`]: text });
  await writeFile(join(root, 'specs/000-log/README.md'), specText('Log', { round: String(round) }));
  // One that a kill cuts short leaves nothing that counts.
  const backup =
    stage.kind === 'sqlite' ? stage.world.call('POST', calls.backupCreate.path, {}).catch(() => undefined) : undefined;
  const before = revOf(Buffer.from(stage.log));
  const content = `${stage.log}- round ${round}\n`;
  stage.ranInTime = undefined;
  stage.brief = { id: `killed-${round}-brief`, file: join(root, `specs/000-log/BRIEF-${round}.md`) };
  const write = (document: string, text: string, ifRev: string) =>
    runCommand(stage, `killed-${round}-${document.slice(0, -3)}`, { spec: '000-log', document, content: text }, ifRev);
  const [log, note] = await Promise.all([
    write('LOG.md', content, before),
    write(`NOTE-${round}.md`, 'new\n', 'absent'),
    sendBrief(stage, stage.brief),
  ]);
  stage.log = content;
  await backup;
  for (const { state, receipts, problem, id } of [log, note]) {
    const states = receipts.map((receipt) => receipt.state);
    if (state !== 'done' || states.filter((one) => one === 'done').length !== 1 || states[0] !== 'queued')
      throw new Error(`${id} ended ${state} (${states}): ${JSON.stringify(problem)}`);
  }
  await judgeBrief(stage, stage.brief, stage.ranInTime);
  const disk = await filesOf(root);
  const left = [...disk.keys()].filter((path) => path.includes('/.sallyport-'));
  if (left.length > 0) throw new Error(`round ${round}: ${left} is left in the project`);
  if (disk.get(LOG) !== revOf(Buffer.from(content)))
    throw new Error(`round ${round}: the log is not what its receipt says`);
  if ((log.result as { rev?: string })?.rev !== disk.get(LOG)) throw new Error('a receipt names another rev');
  await eventually(
    async () => {
      const held = new Map((await machine.documents()).map(({ path, rev }) => [path, rev]));
      const other = [...disk].filter(([path, rev]) => held.get(path) !== rev);
      if (other.length > 0 || held.size !== disk.size) throw new Error(`the relay has not ${JSON.stringify(other)}`);
      return true;
    },
    { timeoutMs: GIVES_UP_MS },
  );
}

async function filesOf(root: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(join(root, 'specs'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(root.length + 1), revOf(await readFile(path)));
  }
  return found;
}
