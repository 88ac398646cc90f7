/** The key of this machine's bridge for `npm start`: registered once, kept in the bridge's folder for its owner alone. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface MachineKey {
  readonly id: string;
  readonly name: string;
  /** File that holds the key and nothing else. */
  readonly keyFile: string;
}

/** The machine that this folder belongs to; registers one where it is new. */
export async function openMachineKey(
  folder: string,
  register: () => Promise<{ readonly id: string; readonly name: string; readonly key: string }>,
): Promise<MachineKey> {
  const [keyFile, machineFile] = [join(folder, 'key'), join(folder, 'machine.json')];
  const kept = await readFile(machineFile, 'utf8').catch(() => undefined);
  if (kept !== undefined) return { ...(JSON.parse(kept) as { id: string; name: string }), keyFile };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { id, name, key } = await register();
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
  await writeFile(machineFile, `${JSON.stringify({ id, name })}\n`, { mode: 0o600 });
  return { id, name, keyFile };
}
