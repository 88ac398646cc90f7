/** Agents that wait at the door for a decision: found by the id of their approval, answered in the shape of spec-context's dashboard. */
import { basename } from 'node:path';
import { approvalId } from '#contract/approvals/find.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { randomId } from '../approvals/snapshots.ts';
import type { waitForDecision } from '../approvals/wait.ts';
import { removeFile } from '../files/write.ts';
import type { Project } from '../projects/project.ts';
import { createSharedWaits } from './shared-waits.ts';

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

interface WaitOptions {
  readonly ms: number;
  /** Whether the decided file is removed once the answer is with the agent. */
  readonly autoDelete: boolean;
  readonly signal: AbortSignal;
}

export interface Waits {
  list(): readonly Waiting[];
  /** Resolves when it is decided, gone, the time is over or `signal` aborts; undefined where too many wait. */
  wait(project: Project, approval: string, options: WaitOptions): Promise<WaitAnswer> | undefined;
}

export interface WaitsDeps {
  readonly projects: () => readonly Project[];
  /** Looks at all files again: where a system tells no changes, a new approval is not known yet. */
  readonly rescan: () => Promise<void>;
  /** Who waits has changed. */
  readonly onChange: () => void;
}

interface Ground extends Pick<WaitsDeps, 'rescan'> {
  readonly waitForDecision: typeof waitForDecision;
}

const lookMs = 100;

export function createWaits({ projects, rescan, onChange }: WaitsDeps): Waits {
  const waiting = new Set<Waiting>();
  const ground = { rescan: createShared(rescan), waitForDecision: createSharedWaits() };
  return {
    list: () => [...waiting],
    wait: (project, approval, options) => {
      if (waiting.size >= limits.agentsWaitingMax) return undefined;
      const one = { project: project.name, approval, since: new Date().toISOString() };
      waiting.add(one);
      onChange();
      return waitFor(() => alike(project, projects()), approval, { ...options, ...ground }).finally(() => {
        waiting.delete(one);
        onChange();
      });
    },
  };
}

/** One run for all who ask while it is under way. */
function createShared(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  };
}

/** The agent's tool takes projects by the last part of their path. */
function alike({ root }: Project, all: readonly Project[]): readonly Project[] {
  const first = all.filter((project) => project.root === root);
  return [...first, ...all.filter((project) => project.root !== root && basename(project.root) === basename(root))];
}

const gone = { body: { resolved: true, status: 'deleted' } };
const pending = {
  body: { resolved: false, status: 'pending', timeout: true, message: 'Nobody has decided yet. Wait again.' },
};

async function waitFor(
  projects: () => readonly Project[],
  approval: string,
  { ms, autoDelete, signal, rescan, waitForDecision }: WaitOptions & Ground,
): Promise<WaitAnswer> {
  const found = await findSoon(projects, approval, signal, rescan);
  if (found === undefined) return signal.aborted ? pending : gone;
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), ms);
  const { root, path } = found;
  const stop = AbortSignal.any([signal, over.signal]);
  const now = await waitForDecision(root, path, stop).finally(() => clearTimeout(timer));
  if (now.is === 'gone') return gone;
  if (now.is !== 'decided') return pending;
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
  return autoDelete ? { body, afterwards: () => removeAnswered(root, path, now.rev) } : { body };
}

/** A file that is not what was answered any more is somebody else's. */
async function removeAnswered(root: string, path: string, rev: string): Promise<void> {
  await removeFile({ id: randomId(), root, path, before: rev }).catch((error: unknown) => {
    if (!(error instanceof Problem && error.code === 'conflict')) throw error;
  });
}

async function findSoon(
  projects: () => readonly Project[],
  approval: string,
  signal: AbortSignal,
  rescan: () => Promise<void>,
) {
  const find = () => findApproval(projects(), approval);
  for (const began = performance.now(); performance.now() - began < limits.agentUnseenMs; ) {
    const found = find();
    if (found !== undefined || signal.aborted) return found;
    await new Promise((resolve) => setTimeout(resolve, lookMs));
  }
  await rescan();
  return find();
}

function findApproval(projects: readonly Project[], approval: string) {
  for (const { root, documents } of projects)
    for (const { path } of documents.ofKind('approval')) if (approvalId(path) === approval) return { root, path };
  return undefined;
}
