/** `sallyport mcp`: started by an agent in its project's folder; needs neither a relay nor a running bridge. */
import { resolve } from 'node:path';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { defaultDataFolder } from '../data/data-folder.ts';
import { exitCodes } from '../system/exit-codes.ts';
import type { plainOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Serves the agent until it closes stdin. The project is that of the folder in `words`, or of the current one. */
export async function mcp(
  values: OptionValues<typeof plainOptions>,
  words: readonly string[],
  env: Env,
): Promise<number> {
  const [folder = process.cwd(), ...others] = words;
  if (others.length > 0) throw new UsageError('mcp takes one folder.');
  // For this command alone. A release has it in a file of its own, with a `Problem` of its own: what throws and what catches must both be in there.
  const { serveMcp } = await import('../mcp/serve.ts');
  await serveMcp(folder, resolve(values.data ?? defaultDataFolder(env)));
  return exitCodes.ok;
}
