/** `sallyport keeper`: becomes the keeper of a data folder, in the foreground. The bridge begins one by itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { OptionValues } from '#contract/options.ts';
import { defaultDataFolder, openDataFolder } from '../data/data-folder.ts';
import { keeperEnvironment, keeperWords } from '../keeper/begin.ts';
import { exitCodes } from '../system/exit-codes.ts';
import type { plainOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Ends once it has no terminal and no run, or when another one runs; resolves to the exit code. */
export async function keeper(values: OptionValues<typeof plainOptions>, env: Env): Promise<number> {
  const data = await openDataFolder(resolve(values.data ?? defaultDataFolder(env)));
  const words = keeperWords(data.path);
  const own = keeperEnvironment(env);
  if (process.execve !== undefined && process.platform !== 'win32')
    process.execve(process.execPath, [process.execPath, ...words], own);
  // Windows cannot become another program.
  const child = spawn(process.execPath, words, { env: own, stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code === 0 ? exitCodes.ok : exitCodes.failure;
}
