/** What the door for agents answers: what spec-context's agents ask of their dashboard, in its shapes, and the links that agents of both tools print. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { basename, isAbsolute } from 'node:path';
import { approvalId } from '#contract/approvals/find.ts';
import { limits } from '#contract/limits.ts';
import type { Project } from '../projects/project.ts';
import { mainCheckout } from '../watch/findings.ts';
import type { WaitAnswer, Waits } from './waits.ts';

export interface RoutesDeps {
  readonly projects: () => readonly Project[];
  /** The app's address of an approval; of the Inbox without one. */
  readonly appUrl: (found?: { readonly project: string; readonly path: string }) => string;
  readonly waits: Waits;
  readonly stopping: AbortSignal;
  /** The longest wait; `limits.agentWaitMs` where absent. */
  readonly waitMsMax?: number | undefined;
}

/** An object is sent as JSON, a text as a page. `held`: the answer comes later. */
export type Reply =
  | { readonly status: number; readonly body?: object | string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly held: Promise<WaitAnswer> };

const workflowFormats = ['spec-workflow', 'spec-context'];
const waitMsDefault = 600_000;

/** How long an agent waits that asks for so many ms. */
export function doorWaitMs(asked: string | null, most: number = limits.agentWaitMs): number {
  const ms = Number(asked ?? waitMsDefault);
  return Math.min(Math.max(Number.isFinite(ms) ? ms : waitMsDefault, 0), most);
}

/** Replies to a request; `gone` aborts when the agent has hung up. */
export function createRoutes(deps: RoutesDeps): (request: IncomingMessage, gone: AbortSignal) => Promise<Reply> {
  return async (request, gone) => {
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    const call = `${request.method} ${url?.pathname}`;
    const isLink = call === 'GET /' || call === 'GET /approvals';
    if (isForeign(request, isLink)) return failed(403, 'Only programs on this machine may ask here.');
    if (url === null) return failed(404, 'Not found');
    if (call === 'GET /health' || call === 'GET /api/test')
      return { status: 200, body: { message: 'MCP Workflow Dashboard Online!' } };
    if (call === 'GET /api/projects/list') return { status: 200, body: workflowProjects(deps).map(projectJson) };
    if (call === 'POST /api/projects/add') return await addProject(request, deps);
    if (call === 'GET /') return { status: 200, body: linkPage, headers: { 'Content-Security-Policy': linkPolicy } };
    if (call === 'GET /approvals') return redirect(deps, url.searchParams.get('id') ?? '');
    const [, id, approval] = /^GET \/api\/projects\/([\w-]{1,64})\/approvals\/([\w-]{1,200})\/wait$/.exec(call) ?? [];
    if (id === undefined || approval === undefined) return failed(404, 'Not found');
    const project = workflowProjects(deps).find((each) => projectId(each.root) === id);
    if (project === undefined) return failed(404, 'Project not found');
    return wait(deps, project, approval, url.searchParams, gone);
  };
}

function failed(status: number, error: string): Reply {
  return { status, body: { error } };
}

/**
 * A page of another site reaches loopback too: by its own name that resolves here, with its origin, or by what a
 * browser fetches for it without telling the origin, such as an image. A link may be followed from anywhere.
 */
function isForeign({ headers }: IncomingMessage, isLink: boolean): boolean {
  const host = /^(.*?)(?::\d+)?$/.exec(headers.host ?? '')?.[1] ?? '';
  if (headers.origin !== undefined || !['localhost', '127.0.0.1', '[::1]'].includes(host.toLowerCase())) return true;
  const site = headers['sec-fetch-site'];
  return !isLink && site !== undefined && site !== 'none' && site !== 'same-origin';
}

function wait(
  { waits, stopping, waitMsMax }: RoutesDeps,
  project: Project,
  approval: string,
  query: URLSearchParams,
  gone: AbortSignal,
): Reply {
  const ms = doorWaitMs(query.get('timeout'), waitMsMax);
  const autoDelete = query.get('autoDelete') !== 'false';
  const held = waits.wait(project, approval, { ms, autoDelete, signal: AbortSignal.any([gone, stopping]) });
  return held === undefined ? failed(503, 'Too many agents wait here already. Try again later.') : { held };
}

function workflowProjects({ projects }: RoutesDeps): readonly Project[] {
  return projects().filter(({ layouts }) => layouts.some(({ format }) => workflowFormats.includes(format)));
}

/** As both tools name projects. */
function projectId(root: string): string {
  return createHash('sha1').update(root).digest('base64url').slice(0, 16);
}

function projectJson({ root, name }: Project) {
  return { projectId: projectId(root), projectName: name, projectPath: root, instances: [], isActive: true };
}

/** Finds a watched project by its folder or by a worktree of it; adds none. */
async function addProject(request: IncomingMessage, deps: RoutesDeps): Promise<Reply> {
  const body = await readJsonBody(request);
  const path = typeof body === 'object' && body !== null && 'projectPath' in body ? body.projectPath : undefined;
  if (typeof path !== 'string' || !isAbsolute(path)) return failed(400, 'projectPath must be the path of a folder.');
  const real = await realpath(path).catch(() => undefined);
  const folders = real === undefined ? [] : [real, await mainCheckout(real)];
  const project = workflowProjects(deps).find(({ root }) => folders.includes(root));
  if (project === undefined)
    return failed(404, `Sallyport does not watch ${basename(path)}. Run: sallyport projects add FOLDER`);
  return { status: 200, body: { projectId: projectId(project.root), success: true } };
}

/** Undefined where it is no JSON or too long. The rest of a long one is read all the same, so that the sender gets the answer. */
async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length <= limits.agentBodyBytesMax) chunks.push(chunk);
  }
  try {
    return length > limits.agentBodyBytesMax ? undefined : JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

/** Agents of both tools print links to their dashboard. */
function redirect(deps: RoutesDeps, id: string): Reply {
  for (const { id: project, documents } of workflowProjects(deps))
    for (const { path } of documents.ofKind('approval'))
      if (approvalId(path) === id) return { status: 302, headers: { Location: deps.appUrl({ project, path }) } };
  return { status: 302, headers: { Location: deps.appUrl() } };
}

/** spec-context's links carry the id behind `#`, which only a page can read. */
const script =
  "location.replace('/approvals?id=' + encodeURIComponent(new URLSearchParams(location.hash.split('?')[1] || '').get('id') || ''))";
const linkPage = `<!doctype html><meta charset="utf-8"><title>Sallyport</title><p>Opening Sallyport…</p><script>${script}</script>`;
const linkPolicy = `default-src 'none'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; frame-ancestors 'none'`;
