/** `sallyport mcp`: started by an agent in its project's folder; needs neither a relay nor a running bridge. */
import { resolve } from 'node:path';
import { type OptionValues, UsageError } from '#contract/options.ts';
import { defaultDataFolder } from '../data/data-folder.ts';
import { findAgentsProject } from '../mcp/project.ts';
import { openRequests } from '../mcp/requests.ts';
import { createTools } from '../mcp/tools.ts';
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
  const requests = openRequests(resolve(values.data ?? defaultDataFolder(env)));
  // The protocol's library is loaded for this command alone.
  const { serveMcp } = await import('../mcp/serve.ts');
  await serveMcp(createTools({ project: () => findAgentsProject(folder), requests }));
  return exitCodes.ok;
}
