/** `sallyport mcp`: started by an agent in its project's folder; needs neither a relay nor a running bridge. */
import { resolve } from 'node:path';
import type { OptionValues } from '#contract/options.ts';
import { defaultDataFolder } from '../data.ts';
import { findAgentsProject } from '../mcp/project.ts';
import { openRequests } from '../mcp/requests.ts';
import { createTools } from '../mcp/tools.ts';
import { exitCodes } from './exit-codes.ts';
import type { plainOptions } from './options.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Serves the agent until it closes stdin. */
export async function mcp(values: OptionValues<typeof plainOptions>, env: Env): Promise<number> {
  const requests = openRequests(resolve(values.data ?? defaultDataFolder(env)));
  // The protocol's library is loaded for this command alone.
  const { serveMcp } = await import('../mcp/serve.ts');
  await serveMcp(createTools({ project: () => findAgentsProject(process.cwd()), requests }));
  return exitCodes.ok;
}
