/** The door for agents on this machine: what spec-context's agents ask of their dashboard, and links of both tools. On loopback alone, without a key, off by default. ADR 35. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { approvalId } from '#contract/approvals/find.ts';
import { limits } from '#contract/limits.ts';
import type { Project } from '../project.ts';
import { mainCheckout } from '../watch/findings.ts';
import { createWaits, type Waiting } from './waits.ts';

export interface DoorDeps {
  readonly projects: () => readonly Project[];
  /** The app's address of an approval; of the Inbox without one. */
  readonly appUrl: (found?: { readonly project: string; readonly path: string }) => string;
  /** Who waits has changed. */
  readonly onChange: () => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface Door extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  waiting(): readonly Waiting[];
}

interface Answer {
  readonly status: number;
  readonly body?: object | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly afterwards?: () => Promise<void>;
}

const workflowFormats = ['spec-workflow', 'spec-context'];
const bodyBytesMax = 16 * 1024;
const waitMsDefault = 600_000;

/** Listens on 127.0.0.1 and, where there is IPv6, on ::1. Rejects with the system's error if the port is taken. */
export async function openDoor(port: number, deps: DoorDeps): Promise<Door> {
  const waits = createWaits(deps.projects, deps.onChange);
  const serve = (request: IncomingMessage, response: ServerResponse) =>
    void answerTo(request, deps, waits.wait)
      .then((answer) => send(response, answer))
      .catch((error: unknown) => {
        deps.onTrouble(error);
        send(response, { status: 500, body: { error: 'The bridge has logged it.' } });
      });
  const first = await listen(createServer(serve), '127.0.0.1', port);
  const taken = (first.address() as { port: number }).port;
  const second = await listen(createServer(serve), '::1', taken).catch(() => undefined);
  const servers = [first, ...(second === undefined ? [] : [second])];
  return {
    port: taken,
    url: `http://localhost:${taken}`,
    waiting: waits.list,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        servers.map((server) => {
          const closed = new Promise((resolve) => server.close(resolve));
          server.closeAllConnections();
          return closed;
        }),
      );
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<Server> {
  server.requestTimeout = 10_000;
  server.headersTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ host, port, ipv6Only: host === '::1' }, resolve);
  });
  return server;
}

function send(response: ServerResponse, { status, body, headers = {}, afterwards }: Answer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  const type = typeof body === 'string' ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  });
  response.end(text, () => void afterwards?.().catch(() => undefined));
}

/** A page of another site reaches loopback too: by its own name that resolves here, or with its origin. */
function isForeign({ headers }: IncomingMessage): boolean {
  const host = /^(.*?)(?::\d+)?$/.exec(headers.host ?? '')?.[1] ?? '';
  return headers.origin !== undefined || !['localhost', '127.0.0.1', '[::1]'].includes(host.toLowerCase());
}

async function answerTo(
  request: IncomingMessage,
  deps: DoorDeps,
  wait: ReturnType<typeof createWaits>['wait'],
): Promise<Answer> {
  if (isForeign(request)) return { status: 403, body: { error: 'Only programs on this machine may ask here.' } };
  const url = new URL(request.url ?? '/', 'http://localhost');
  const call = `${request.method} ${url.pathname}`;
  if (call === 'GET /health' || call === 'GET /api/test')
    return { status: 200, body: { message: 'MCP Workflow Dashboard Online!' } };
  if (call === 'GET /api/projects/list') return { status: 200, body: workflowProjects(deps).map(projectJson) };
  if (call === 'POST /api/projects/add') return await addProject(request, deps);
  if (call === 'GET /') return { status: 200, body: linkPage, headers: { 'Content-Security-Policy': linkPolicy } };
  if (call === 'GET /approvals') return redirect(deps, url.searchParams.get('id') ?? '');
  const [, id, approval] = /^GET \/api\/projects\/([\w-]{1,64})\/approvals\/([\w-]{1,200})\/wait$/.exec(call) ?? [];
  const project = id === undefined ? undefined : workflowProjects(deps).find((each) => projectId(each.root) === id);
  if (project === undefined || approval === undefined)
    return notFound(id === undefined ? 'Not found' : 'Project not found');
  return await waitAt(request, url, project, approval, wait);
}

async function waitAt(
  request: IncomingMessage,
  url: URL,
  project: Project,
  approval: string,
  wait: ReturnType<typeof createWaits>['wait'],
): Promise<Answer> {
  const gone = new AbortController();
  request.socket.once('close', () => gone.abort());
  const asked = Number(url.searchParams.get('timeout') ?? waitMsDefault);
  const ms = Math.min(Math.max(Number.isFinite(asked) ? asked : waitMsDefault, 0), limits.agentWaitMs);
  const autoDelete = url.searchParams.get('autoDelete') !== 'false';
  const answer = await wait(project, approval, { ms, autoDelete, signal: gone.signal });
  if (answer === undefined)
    return { status: 503, body: { error: 'Too many agents wait here already. Try again later.' } };
  return { status: 200, ...answer };
}

function notFound(error: string): Answer {
  return { status: 404, body: { error } };
}

function workflowProjects({ projects }: DoorDeps): readonly Project[] {
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
async function addProject(request: IncomingMessage, deps: DoorDeps): Promise<Answer> {
  const body = await readJsonBody(request);
  const path = typeof body === 'object' && body !== null && 'projectPath' in body ? body.projectPath : undefined;
  if (typeof path !== 'string') return { status: 400, body: { error: 'projectPath is required' } };
  const real = await realpath(path).catch(() => undefined);
  const folders = real === undefined ? [] : [real, await mainCheckout(real)];
  const project = workflowProjects(deps).find(({ root }) => folders.includes(root));
  if (project === undefined)
    return notFound(`Sallyport does not watch ${basename(path)}. Run: sallyport projects add FOLDER`);
  return { status: 200, body: { projectId: projectId(project.root), success: true } };
}

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > bodyBytesMax) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Agents of both tools print links to their dashboard. */
function redirect(deps: DoorDeps, id: string): Answer {
  for (const { id: project, documents } of workflowProjects(deps))
    for (const { path, kind } of documents.values())
      if (kind === 'approval' && approvalId(path) === id)
        return { status: 302, headers: { Location: deps.appUrl({ project, path }) } };
  return { status: 302, headers: { Location: deps.appUrl() } };
}

/** spec-context's links carry the id behind `#`, which only a page can read. */
const script =
  "location.replace('/approvals?id=' + encodeURIComponent(new URLSearchParams(location.hash.split('?')[1] || '').get('id') || ''))";
const linkPage = `<!doctype html><meta charset="utf-8"><title>Sallyport</title><p>Opening Sallyport…</p><script>${script}</script>`;
const linkPolicy = `default-src 'none'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; frame-ancestors 'none'`;
