/** The homes of spec-workflow and its sibling: folders of this machine with their registries, settings and jobs. */
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Format } from '#contract/document.ts';
import type { JobTool } from '#contract/jobs.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface ToolHome {
  readonly tool: JobTool;
  /** Names it as a place of effects. No project's id has a colon. */
  readonly id: string;
  /** Absolute real path. */
  readonly root: string;
  /** Formats of the projects that its jobs clean up. */
  readonly formats: readonly Format[];
}

/** Where the homes would be. One that SPEC_WORKFLOW_HOME names is that of whichever tool runs there. */
export function homeFolders(
  env: Env,
): readonly { readonly tool: JobTool; readonly folder: string; readonly formats: readonly Format[] }[] {
  const home = env.HOME || homedir();
  if (env.SPEC_WORKFLOW_HOME)
    return [{ tool: 'spec-workflow', folder: env.SPEC_WORKFLOW_HOME, formats: ['spec-workflow', 'spec-context'] }];
  return [
    { tool: 'spec-workflow', folder: join(home, '.spec-workflow-mcp'), formats: ['spec-workflow'] },
    { tool: 'spec-context', folder: join(home, '.spec-context-mcp'), formats: ['spec-context'] },
  ];
}

/** The homes that exist now; a tool makes its own when it first runs. */
export async function toolHomes(env: Env): Promise<readonly ToolHome[]> {
  const found = homeFolders(env).map(async ({ tool, folder, formats }) => {
    const root = await realpath(folder).catch(() => undefined);
    return root === undefined ? [] : [{ tool, id: `home:${tool}`, root, formats }];
  });
  return (await Promise.all(found)).flat();
}
