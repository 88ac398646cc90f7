/** What is not found in a project that is still being read may be there all the same. */
import { once } from 'node:events';
import { Problem } from '#contract/problems.ts';
import type { Project } from '../projects/project.ts';

const notFound = new Set(['spec-unknown', 'document-unknown']);

/** Runs `look`, and where it finds nothing, once more when the project has been read whole. Throws what has ended the waiting. */
export async function onceRead<Found>(
  project: Pick<Project, 'untilRead'> | undefined,
  signal: AbortSignal,
  look: () => Promise<Found>,
): Promise<Found> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Problem) || !notFound.has(error.code)) throw error;
    const read = project?.untilRead?.();
    if (read === undefined) throw error;
    const waiting = new AbortController();
    if (!signal.aborted)
      await Promise.race([read, once(signal, 'abort', { signal: waiting.signal }).catch(() => undefined)]);
    waiting.abort();
    if (!signal.aborted) return await look();
    throw signal.reason instanceof Problem ? signal.reason : error;
  }
}
