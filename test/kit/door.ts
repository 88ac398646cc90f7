/** The door for agents in this process, without a relay: watched projects in a temporary folder, the homes of the tools, and requests as agents send them. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { Door } from '../../bridge/agents/door.ts';
import { startDoor } from '../../bridge/agents/start-door.ts';
import { createConditions } from '../../bridge/conditions.ts';
import { openDataFolder } from '../../bridge/data/data-folder.ts';
import { createLog } from '../../bridge/log.ts';
import { startProjects } from '../../bridge/projects/projects.ts';
import { createBodies } from '../../bridge/watch/bodies.ts';
import { approvalText } from './approvals.ts';
import { openTemporaryFolder, writeFiles } from './projects.ts';

export const contextDesign = '.spec-context/specs/checkout/design.md';

export function contextApprovalPath(id: string): string {
  return `.spec-context/approvals/checkout/${id}.json`;
}

/** The JSON of an approval of spec-context. */
export function contextApproval(id: string, more: Record<string, unknown> = {}): string {
  return approvalText(id, { filePath: contextDesign, ...more });
}

/** Files of a spec-context project whose agent asks for these approvals. */
export function contextProject(...ids: string[]): Record<string, string> {
  const asked = ids.map((id) => [contextApprovalPath(id), contextApproval(id)]);
  return { [contextDesign]: '# Design\n', ...Object.fromEntries(asked) };
}

/** As both tools name projects. */
export function projectIdOf(root: string): string {
  return createHash('sha1').update(root).digest('base64url').slice(0, 16);
}

export interface Said {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

/** One request on a connection of its own, with these headers exactly. */
export function askDoor(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: object } = {},
): Promise<Said> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(url, { method, headers, agent: false }, async (response) => {
      let text = '';
      for await (const chunk of response) text += String(chunk);
      const json = /^\s*[{[]/.test(text) ? JSON.parse(text) : {};
      resolve({ status: response.statusCode ?? 0, location: response.headers.location, text, json });
    });
    sent.on('error', reject).end(body && JSON.stringify(body));
  });
}

export interface TestDoor extends AsyncDisposable {
  /** Undefined where the bridge goes on without one. */
  readonly door: Door | undefined;
  readonly at: string;
  readonly folder: string;
  /** Roots of the projects. */
  readonly roots: readonly string[];
  /** The tool's home. */
  readonly home: string;
  /** The log so far. */
  said(): string;
  /** The address at which an agent waits for an approval of the first project. */
  waitUrl(approval: string, query?: string): string;
}

export interface TestDoorOptions {
  /** Files of each project, by the path of its folder; one project, in which an agent asks for a1 and a2, where absent. */
  readonly projects?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly port?: number;
  readonly watch?: 'poll';
  /** The longest wait. */
  readonly waitMsMax?: number;
  readonly prepare?: (home: string) => Promise<unknown>;
}

export async function openTestDoor(options: TestDoorOptions = {}): Promise<TestDoor> {
  const { projects: files = { shop: contextProject('a1', 'a2') }, port = 0, watch, waitMsMax, prepare } = options;
  await using opened = new AsyncDisposableStack();
  const { path: folder } = opened.use(await openTemporaryFolder());
  const home = join(folder, 'tool-home');
  await mkdir(home);
  await prepare?.(home);
  const roots = Object.keys(files).map((name) => join(folder, name));
  for (const [name, texts] of Object.entries(files)) await writeFiles(join(folder, name), texts);
  const projects = opened.use(
    await startProjects({
      ...{ data: await openDataFolder(join(folder, 'data')), roots, bodies: createBodies(), ...(watch && { watch }) },
      conditions: createConditions({ clock: Date.now, onChange: () => undefined }),
      ...{ onChanges: () => undefined, onAnnounce: () => undefined, onState: () => undefined },
    }),
  );
  let said = '';
  const log = createLog('debug', (line) => {
    said += line;
  });
  const env = { SPEC_WORKFLOW_HOME: home };
  const deps = { port, projects, origin: 'https://relay.example', machine: () => 'm1', log, env, waitMsMax };
  const door = await startDoor({ ...deps, onChange: () => undefined });
  if (door !== undefined) opened.use(door);
  const at = `http://127.0.0.1:${door?.port ?? port}`;
  const held = opened.move();
  return {
    ...{ door, at, folder, roots, home, said: () => said },
    waitUrl: (approval, query = '') =>
      `${at}/api/projects/${projectIdOf(roots[0] ?? '')}/approvals/${approval}/wait${query}`,
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
