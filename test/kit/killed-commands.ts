/** The commands of a world in which programs are killed: those that have time end done, and one that expires soon has run in time or never. */
import { access } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandRecord } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import type { MachineInWorld, World } from './world.ts';

/** How long the brief command lives. */
export const BRIEF_MS = 2000;
/** How long a world that was killed may take until all is as it was said. */
export const GIVES_UP_MS = 60_000;

interface Ground {
  readonly world: World;
  readonly machine: MachineInWorld;
}

/** A command that makes a file, and expires soon. */
export interface Brief {
  readonly id: string;
  /** Absolute path of the file. */
  readonly file: string;
}

/** Sends it once. An answer that is lost is no answer: whether it was taken, the relay says later. */
export async function sendBrief({ world, machine }: Ground, { id, file }: Brief): Promise<void> {
  const args = { spec: '000-log', document: basename(file), content: 'brief\n' };
  const body = { ...wish(id, args, 'absent'), expiresInSeconds: BRIEF_MS / 1000 };
  await world.call('POST', commandsOf(machine), body).catch(() => undefined);
}

export async function hasRun(brief: Brief | undefined): Promise<boolean> {
  return await access(brief?.file ?? '').then(
    () => true,
    () => false,
  );
}

/** Throws where it has run after its time, or where what is told of it is not what was done. `ranInTime` is known where a program was away until it had expired. */
export async function judgeBrief(ground: Ground, brief: Brief, ranInTime: boolean | undefined): Promise<void> {
  const record = await ended(ground, brief.id);
  const isDone = await hasRun(brief);
  if (isDone && ranInTime === false) throw new Error(`${brief.id} has run after it had expired`);
  if (record === undefined && !isDone) return;
  const isExpired = record?.state === 'expired' || record?.problem?.code === 'command-expired';
  if (isDone ? record?.state !== 'done' : !isExpired)
    throw new Error(`${brief.id} has ${isDone ? '' : 'not '}run and is told as ${JSON.stringify(record)}`);
}

/** A command once it has ended; undefined where the relay never had it. */
async function ended({ world, machine }: Ground, id: string): Promise<CommandRecord | undefined> {
  const deadline = performance.now() + GIVES_UP_MS;
  for (;;) {
    const asked = world.call<CommandRecord>('GET', `${commandsOf(machine)}/${id}?wait=5`, undefined, 404);
    // A relay that is killed in the midst of its answer is asked again.
    const record = await asked.catch((error: unknown) => ({ state: 'unknown' as const, error: String(error) }));
    if (record.state === undefined) return undefined;
    if ('id' in record && isSettled(record.state) && record.state !== 'unknown') return record;
    if (performance.now() > deadline) throw new Error(`${id} is for good ${JSON.stringify(record)}`);
    await delay(50);
  }
}

/** Sends a command under its id until the relay has taken it, and asks until it has ended. What was taken once is never unknown again. */
export async function runCommand(
  { world, machine }: Ground,
  id: string,
  args: Readonly<Record<string, string>>,
  ifRev: string,
): Promise<CommandRecord> {
  const path = commandsOf(machine);
  const body = { ...wish(id, args, ifRev), expiresInSeconds: 300 };
  const deadline = performance.now() + GIVES_UP_MS;
  let isTaken = false;
  let last: unknown;
  while (performance.now() < deadline) {
    const call: Promise<CommandRecord> = isTaken
      ? world.call<CommandRecord>('GET', `${path}/${id}?wait=5`)
      : world.call<CommandRecord>('POST', path, body);
    const record: CommandRecord | undefined = await call.catch((error: unknown) => {
      last = error;
      if (error instanceof Error && error.message.includes('command-unknown')) throw error;
      return undefined;
    });
    isTaken ||= record !== undefined;
    if (record !== undefined && isSettled(record.state)) return record;
    if (record === undefined) await delay(50);
  }
  throw new Error(`${id} has not ended`, { cause: last });
}

function wish(id: string, args: Readonly<Record<string, string>>, ifRev: string) {
  return { id, kind: 'spec-document-write', args: { project: 'shop', ...args }, ifRev, whenOffline: 'queue' };
}

function commandsOf({ id }: MachineInWorld): string {
  return `/v1/machines/${id}/commands`;
}
