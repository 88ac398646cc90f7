/** Runs a bridge's link: does the work of its state, and after each failure moves to the state that `link.ts` says. */
import { setTimeout as delay } from 'node:timers/promises';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import { Interruption, interruptionOf } from '../net/interruption.ts';
import { act } from './link-acts.ts';
import { createLinkNow, type LinkDeps, type LinkNow, move } from './link-state.ts';
import { LinkMoved } from './persist.ts';
import { pollOnce } from './poll.ts';

export interface Link {
  /** Runs until a final refusal of the relay (resolves to its problem) or until `signal` aborts (undefined). */
  run(signal: AbortSignal): Promise<Problem | undefined>;
  /** Renews every lease; false if the relay does not accept this epoch. */
  renew(): Promise<boolean>;
}

/** A link that does nothing before `run`. */
export function createLink(deps: LinkDeps): Link {
  const link = createLinkNow(deps);
  return { run: (signal) => runLink(link, signal), renew: () => renew(link) };
}

async function runLink(link: LinkNow, signal: AbortSignal): Promise<Problem | undefined> {
  const { client, hears, rounds } = link.deps;
  hears.state(link.state, client.where);
  let failures = 0;
  while (link.state !== 'stopped' && !signal.aborted) {
    const began = performance.now();
    const before = link.session;
    const why = await rounds.run(signal, (round) => act(link, round));
    if (performance.now() - began > steadyMs) failures = 0;
    if (why instanceof LinkMoved) await moveOn(link, why, failures, signal);
    else if (why !== undefined) await recoverFrom(link, why, failures, signal);
    if (link.session === before) failures += 1;
  }
  const { problem, session } = link;
  if (signal.aborted && problem === undefined && session !== undefined) await bye(client, session.answer.epoch);
  return problem;
}

/** Moves on at once the first time, then with backoff, so that a relay that keeps asking for a resync is not flooded. What has changed on this machine waits little: a person may add or remove several projects in a row. */
async function moveOn(link: LinkNow, moved: LinkMoved, failures: number, signal: AbortSignal): Promise<void> {
  const { event, message, problem } = moved;
  if (event === 'refused') link.problem = problem;
  if (event === 'lost' || event === 'woke') link.deps.client.drop();
  move(link, event, message);
  const ms = failures === 0 || event === 'woke' ? 0 : backoffMs(failures);
  const isOwnChange = event === 'resync' && problem === undefined;
  await pause(link, isOwnChange ? Math.min(ms, limits.announceAgainMsMax) : ms, signal);
}

/** Handles an unexpected problem or a defect: reports it, and begins again after a while. */
async function recoverFrom(link: LinkNow, error: unknown, failures: number, signal: AbortSignal): Promise<void> {
  const { client, hears } = link.deps;
  const trouble = error instanceof Problem ? refusal(error) : interruptionOf(error, client.where);
  const isInUse = error instanceof Problem && error.code === 'machine-in-use';
  const ms = isInUse ? limits.machineInUseRetryMs * (0.9 + 0.2 * Math.random()) : backoffMs(failures + 2);
  move(link, 'lost', trouble.message);
  hears.trouble(trouble, { ms, looks: false });
  await pause(link, ms, signal);
}

async function pause(link: LinkNow, ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || link.state === 'stopped') return;
  const why = await link.deps.rounds.run(signal, (round) => delay(ms, undefined, { signal: round }));
  if (why instanceof LinkMoved) move(link, why.event, why.message);
}

async function renew({ deps, session, state, memory }: LinkNow): Promise<boolean> {
  if (session === undefined || (state !== 'live' && state !== 'interrupted')) return false;
  const { client, clock, commands, queries, rounds } = deps;
  const asked = { client, epoch: session.answer.epoch, memory, clock, sink: commands, queries };
  return await pollOnce(asked, 0, 'data', rounds.signal()).then(
    () => true,
    () => false,
  );
}

function refusal(problem: Problem): Interruption {
  const sentence = `The relay refuses: ${problem.message} (${problem.code}). ${problem.toJson().hint}`;
  return new Interruption(sentence, { breakage: 'answered', cause: problem });
}

/** A state that lasted this long does not count as a failure. */
const steadyMs = 10_000;

const byeMs = 800;

/** Goes offline at once, if the relay can be reached. */
async function bye(client: Client, epoch: number): Promise<void> {
  const signal = AbortSignal.timeout(byeMs);
  await client.call('bridgeBye', { body: { epoch }, timeoutMs: byeMs, signal }).catch(() => undefined);
}
