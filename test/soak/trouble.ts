/** What befalls a machine and its relay: processes killed, storms of saves, other branches. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MachineInWorld, World } from '../kit/world.ts';
import type { Ground } from './ground.ts';

export const victims = ['bridge', 'api', 'redis'] as const;
export type Victim = (typeof victims)[number];

/** Kills one of the processes and starts it again; resolves when it serves. Throws where it had ended by itself. */
export async function kill(victim: Victim, world: World, machine: MachineInWorld, random: () => number): Promise<void> {
  const away = () => delay(random() * 1000);
  const { redis } = world.relay;
  if (victim === 'bridge') return await killBridge(machine, away);
  if (victim === 'api' || redis === undefined) return await killRelay(world, away);
  await redis.end('SIGKILL');
  await away();
  await redis.start();
}

/** The same of a bridge, `away` in between. */
export async function killBridge(machine: MachineInWorld, away: () => Promise<void>): Promise<void> {
  checkRuns(machine.bridge().child, machine.bridge().errors());
  await machine.bridge().end('SIGKILL');
  await away();
  await machine.startBridge();
}

/** The same of a relay. */
export async function killRelay(world: World, away: () => Promise<void>): Promise<void> {
  for (const { child, errors } of world.relay.programs()) checkRuns(child, errors());
  await world.restartApi('SIGKILL', away);
}

function checkRuns({ exitCode, signalCode }: { exitCode: number | null; signalCode: string | null }, errors: string) {
  if (exitCode !== null || signalCode !== null)
    throw new Error(`ended by itself (${exitCode ?? signalCode}): ${errors}`);
}

/** Storms and branch switches until `signal`. */
export async function disturb(ground: Ground, random: () => number, signal: AbortSignal): Promise<number> {
  let count = 0;
  while (!signal.aborted) {
    if (random() < 0.7) await ground.storm(random);
    else ground.switchBranch();
    count += 1;
    await delay(300 + random() * 1500);
  }
  return count;
}
