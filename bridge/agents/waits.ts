/** Agents that wait at the door for a decision: found by the id of their approval, answered in the shape of spec-context's dashboard. */
import { basename } from 'node:path';
import { approvalId } from '#contract/approvals/find.ts';
import { limits } from '#contract/limits.ts';
import { randomId } from '../approvals/snapshots.ts';
import { waitForDecision } from '../approvals/wait.ts';
import { removeFile } from '../files/write.ts';
import type { Project } from '../project.ts';

export interface Waiting {
  readonly project: string;
  readonly approval: string;
  /** ISO 8601. */
  readonly since: string;
}

export interface WaitAnswer {
  readonly body: object;
  /** What is done once the answer is with the agent. */
  readonly afterwards?: () => Promise<void>;
}

export interface Waits {
  list(): readonly Waiting[];
  /** Resolves when it is decided, gone, or the time is over; undefined where too many wait. */
  wait(
    project: Project,
    approval: string,
    options: { readonly ms: number; readonly autoDelete: boolean; readonly signal: AbortSignal },
  ): Promise<WaitAnswer | undefined>;
}

/** How long an approval that nobody knows yet may take to be seen: an agent asks right after it has written the file. */
const unseenMs = 2000;
const lookMs = 100;

export function createWaits(projects: () => readonly Project[], onChange: () => void): Waits {
  const waiting = new Set<Waiting>();
  return {
    list: () => [...waiting],
    wait: async (project, approval, options) => {
      if (waiting.size >= limits.agentsWaitingMax) return undefined;
      const one = { project: project.name, approval, since: new Date().toISOString() };
      waiting.add(one);
      onChange();
      try {
        return await waitFor(alike(project, projects()), approval, options);
      } finally {
        waiting.delete(one);
        onChange();
      }
    },
  };
}

/** The agent's tool takes projects by the last part of their path. */
function alike({ root }: Project, all: readonly Project[]): readonly Project[] {
  const first = all.filter((project) => project.root === root);
  return [...first, ...all.filter((project) => project.root !== root && basename(project.root) === basename(root))];
}

async function waitFor(
  projects: readonly Project[],
  approval: string,
  { ms, autoDelete, signal }: Parameters<Waits['wait']>[2],
): Promise<WaitAnswer> {
  const found = await findSoon(projects, approval, signal);
  if (found === undefined) return { body: { resolved: true, status: 'deleted' } };
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), ms);
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  const { root, path } = found;
  const now = await waitForDecision(root, path, stop.signal).finally(() => clearTimeout(timer));
  if (now.is === 'gone') return { body: { resolved: true, status: 'deleted' } };
  if (now.is !== 'decided')
    return {
      body: { resolved: false, status: 'pending', timeout: true, message: 'Nobody has decided yet. Wait again.' },
    };
  const { response, annotations, comments, respondedAt } = now.fields;
  const body = {
    resolved: true,
    status: now.said.status,
    response,
    annotations,
    comments,
    respondedAt,
    autoDeleted: autoDelete,
  };
  if (!autoDelete) return { body };
  const { rev } = now;
  return { body, afterwards: () => removeFile({ id: randomId(), root, path, before: rev }) };
}

async function findSoon(projects: readonly Project[], approval: string, signal: AbortSignal) {
  for (const began = performance.now(); ; ) {
    for (const { root, documents } of projects)
      for (const { path, kind } of documents.values())
        if (kind === 'approval' && approvalId(path) === approval) return { root, path };
    if (signal.aborted || performance.now() - began > unseenMs) return undefined;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
}
