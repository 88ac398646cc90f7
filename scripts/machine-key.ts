/** The key of this machine's bridge for `npm start`: registered once, kept in the bridge's folder for its owner alone. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningApi } from '../api/start.ts';
import { writePrivate } from '../bridge/data/private-file.ts';

export interface MachineKey {
  readonly id: string;
  readonly name: string;
  /** File that holds the key, and the identity key of the relay that it is for. */
  readonly keyFile: string;
}

/** The machine that this folder belongs to, with a key that works if there can be one; registers a machine where the folder is new. */
export async function openMachineKey(
  folder: string,
  { relayKey, machineKey, createMachine }: Pick<RunningApi, 'relayKey' | 'machineKey' | 'createMachine'>,
  called: string,
): Promise<MachineKey> {
  const [keyFile, machineFile] = [join(folder, 'key'), join(folder, 'machine.json')];
  const kept = await readFile(machineFile, 'utf8').catch(() => undefined);
  if (kept !== undefined) {
    const text = await readFile(keyFile, 'utf8');
    const [held = ''] = text.split('\n');
    const machine = JSON.parse(kept) as { id: string; name: string };
    const key = (await machineKey(machine.id, held)) ?? held;
    if (text !== keyText(key, relayKey)) await writePrivate(keyFile, keyText(key, relayKey));
    return { ...machine, keyFile };
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { id, name, key } = await createMachine(called);
  await writePrivate(keyFile, keyText(key, relayKey));
  await writeFile(machineFile, `${JSON.stringify({ id, name })}\n`, { mode: 0o600 });
  return { id, name, keyFile };
}

function keyText(key: string, relayKey: string): string {
  return `${key}\nrelay ${relayKey}\n`;
}
