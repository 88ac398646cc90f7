/** The life of a bridge's link: it asks for an epoch, compares, then uploads, polls and tells results at once, and goes on from whatever breaks as `link.ts` says. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Acknowledged, ConnectAnswer, ConnectRequest, Instance } from '#contract/bridge.ts';
import type { Condition } from '#contract/condition.ts';
import { documentKey } from '#contract/document.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { backoffMs } from '../net/backoff.ts';
import type { Client } from '../net/client.ts';
import { Interruption, interruptionOf } from '../net/interruption.ts';
import type { IndexedDocument } from '../project.ts';
import { type AnswerSource, runAnswers } from './answers.ts';
import type { Pending } from './batch.ts';
import type { RelayClock } from './clock.ts';
import type { Manifest } from './digest.ts';
import { createHoldMemory } from './hold-memory.ts';
import { type LinkEvent, type LinkState, linkLife } from './link.ts';
import { manifestPages } from './manifest.ts';
import { createOutage, type NextTry } from './outage.ts';
import { type Contact, LinkMoved, persist } from './persist.ts';
import { type CommandSink, type PollMemory, pollOnce, type QuerySink, runPoll } from './poll.ts';
import { type ResultSource, runResults } from './results.ts';
import { untilFirstEnds } from './side-by-side.ts';
import { runUpload } from './upload.ts';
import { createUploadTuning } from './upload-tuning.ts';
import { createWakeup } from './wakeup.ts';

export interface LinkDeps {
  readonly client: Client;
  readonly clock: RelayClock;
  readonly instance: Instance;
  /** What the machine holds now; changed by whoever calls `changed`, before they do. */
  readonly local: Manifest;
  readonly announced: () => Pick<
    ConnectRequest,
    'name' | 'os' | 'version' | 'projects' | 'kinds' | 'policy' | 'signers' | 'conditions'
  >;
  readonly document: (key: string) => IndexedDocument | undefined;
  /** The bytes of a document, if they still are those of its rev. */
  readonly bytes: (document: IndexedDocument) => Promise<Buffer | undefined>;
  readonly commands: CommandSink & ResultSource;
  readonly queries: QuerySink & AnswerSource;
  readonly acknowledged: () => Acknowledged | null;
  readonly hears: LinkHears;
}

/** What is told of a link. */
export interface LinkHears {
  connected(answer: ConnectAnswer): void;
  /** Everything is up. */
  synced(): void;
  state(state: LinkState, why: string): void;
  /** A call did not get through. */
  trouble(interruption: Interruption, next: NextTry): void;
  acknowledged(acknowledged: Acknowledged, told: readonly Pending[]): void;
  refused(told: Pending, problem: Problem): void;
  /** What the relay knows of this machine, whether it is new or not. */
  conditions(conditions: readonly Condition[]): void;
  note(sentence: string): void;
}

export interface Link {
  /** Runs until the relay refuses for good (its problem) or `signal` aborts (undefined). */
  run(signal: AbortSignal): Promise<Problem | undefined>;
  /** These documents are other than the relay was told. */
  changed(changes: readonly Pending[]): void;
  /** There is a result to tell. */
  resulted(): void;
  /** There is an answer to tell. */
  answered(): void;
  /** What connect says is other now, or the machine slept: begin again, with fresh sockets. */
  again(event: 'woke' | 'resync', why: string): void;
  /** Renews every lease; false if the relay does not answer to this epoch. */
  renew(): Promise<boolean>;
}

/** A session: what holds for one epoch. */
interface Session {
  readonly answer: ConnectAnswer;
  /** What the relay holds. */
  readonly manifest: Manifest;
}

/** A link that does nothing before `run`. */
export function createLink(deps: LinkDeps): Link {
  const { client, hears, local } = deps;
  const pending = new Map<string, Pending>();
  const upload = createWakeup();
  const results = createWakeup();
  const answers = createWakeup();
  const tuning = createUploadTuning();
  const holds = createHoldMemory();
  const memory: PollMemory = { after: 0, handle: '', wishedMs: 0, learned: holds.recall() };
  let state: LinkState = 'connecting';
  let session: Session | undefined;
  let round = new AbortController();
  let problem: Problem | undefined;
  let attempt = 0;
  const outage = createOutage(client.knock);

  const move = (event: LinkEvent, why: string) => {
    const next = linkLife[state][event];
    if (next === state) return;
    state = next;
    hears.state(state, why);
  };
  const contact: Contact = {
    heard: () => {
      outage.over();
      move('heard', client.where);
    },
    broke: async (interruption, failures, signal) => {
      const next = outage.next(interruption, failures);
      move('broke', interruption.message);
      hears.trouble(interruption, next);
      await outage.wait(next, signal);
    },
  };

  const connect = async (signal: AbortSignal) => {
    let held = local.copy();
    const tryConnect = async () => {
      pending.clear();
      held = local.copy();
      attempt += 1;
      const who = { instance: deps.instance, attempt, journal: deps.commands.journal() };
      const body = { ...who, ...deps.announced(), acknowledged: deps.acknowledged(), manifestDigest: held.digest() };
      return await client.call('bridgeConnect', { body, gzip: tuning.gzip, signal });
    };
    const answer = await persist(tryConnect, { contact, signal });
    deps.clock.set(answer.now);
    if (answer.handle !== memory.handle) memory.after = 0;
    Object.assign(memory, { handle: answer.handle, wishedMs: answer.waitSeconds * 1000, learned: holds.recall() });
    session = { answer, manifest: held };
    hears.connected(answer);
    move(answer.resync ? 'differs' : 'matched', client.where);
  };

  const compare = async ({ answer: { epoch }, manifest }: Session, signal: AbortSignal) => {
    for (const page of manifestPages(new Map(manifest.held))) {
      const attempt = () => client.call('bridgeManifest', { body: { epoch, ...page }, gzip: tuning.gzip, signal });
      const { want } = await persist(attempt, { contact, signal, untilLost: true });
      for (const [project, path] of want) {
        const key = documentKey({ project, path });
        manifest.remove(key);
        if (!pending.has(key)) pending.set(key, { project, path });
      }
    }
    move('compared', client.where);
  };

  const live = async ({ answer: { epoch, handle }, manifest }: Session, signal: AbortSignal) => {
    let told = false;
    const common = { client, epoch, contact, pending };
    const telling = new Set<string>();
    await untilFirstEnds(signal, [
      (loop) =>
        runUpload(
          {
            ...common,
            pieces: new Map(),
            wakeup: upload,
            tuning,
            sources: { document: deps.document, bytes: deps.bytes, manifest, uploaded: new Set(), telling },
            onAcknowledged: (seq, ops) => {
              hears.acknowledged({ handle, epoch, seq }, ops);
              results.ring();
            },
            onRefused: hears.refused,
            onDone: () => {
              results.ring();
              if (!told) hears.synced();
              told = true;
            },
          },
          loop,
        ),
      (loop) =>
        runPoll(
          {
            ...common,
            memory,
            clock: deps.clock,
            sink: deps.commands,
            queries: deps.queries,
            onConditions: hears.conditions,
            onCut: (livedMs) => {
              holds.learn(memory.learned);
              hears.note(`the network cut a held request after ${Math.round(livedMs / 1000)} s; asking for less`);
            },
          },
          loop,
        ),
      (loop) => runResults({ ...common, source: deps.commands, telling, wakeup: results }, loop),
      (loop) => runAnswers({ ...common, source: deps.queries, wakeup: answers }, loop),
    ]);
  };

  /** What the present state asks for; returns or throws when that is over. */
  const act = async (signal: AbortSignal) => {
    if (state === 'connecting' || session === undefined) await connect(signal);
    else if (state === 'comparing') await compare(session, signal);
    else await live(session, signal);
  };

  /** `round` is what `again` cuts: the work of a state, or a wait. */
  const inRound = async (outer: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<unknown> => {
    const own = new AbortController();
    round = own;
    const stop = () => own.abort(new LinkMoved('stop', 'stopped here'));
    if (outer.aborted) stop();
    outer.addEventListener('abort', stop, { once: true });
    try {
      await work(own.signal);
      own.signal.throwIfAborted();
      return undefined;
    } catch (error) {
      return own.signal.aborted ? own.signal.reason : error;
    } finally {
      outer.removeEventListener('abort', stop);
    }
  };

  const pause = async (ms: number, signal: AbortSignal) => {
    if (ms <= 0 || state === 'stopped') return;
    const why = await inRound(signal, (own) => delay(ms, undefined, { signal: own }));
    if (why instanceof LinkMoved) move(why.event, why.message);
  };

  /** The first time at once, then slower and slower: a relay that keeps asking for a new beginning gets no storm. */
  const moveOn = async (moved: LinkMoved, failures: number, signal: AbortSignal) => {
    if (moved.event === 'refused') problem = moved.problem;
    if (moved.event === 'lost' || moved.event === 'woke') client.drop();
    move(moved.event, moved.message);
    await pause(failures === 0 || moved.event === 'woke' ? 0 : backoffMs(failures), signal);
  };

  /** A problem that no call should get, or a defect: told, then begun again after a while. */
  const recoverFrom = async (error: unknown, failures: number, signal: AbortSignal) => {
    const trouble = error instanceof Problem ? refusal(error) : interruptionOf(error, client.where);
    const isInUse = error instanceof Problem && error.code === 'machine-in-use';
    const ms = isInUse ? limits.machineInUseRetryMs * (0.9 + 0.2 * Math.random()) : backoffMs(failures + 2);
    move('lost', trouble.message);
    hears.trouble(trouble, { ms, looks: false });
    await pause(ms, signal);
  };

  return {
    run: async (signal) => {
      hears.state(state, client.where);
      let failures = 0;
      while (state !== 'stopped' && !signal.aborted) {
        const began = performance.now();
        const before = session;
        const why = await inRound(signal, act);
        if (performance.now() - began > steadyMs) failures = 0;
        if (why instanceof LinkMoved) await moveOn(why, failures, signal);
        else if (why !== undefined) await recoverFrom(why, failures, signal);
        if (session === before) failures += 1;
      }
      if (signal.aborted && problem === undefined && session !== undefined) await bye(client, session.answer.epoch);
      return problem;
    },
    changed: (changes) => {
      for (const change of changes) {
        pending.set(documentKey(change), change);
        const { project, from } = change;
        if (from !== undefined) pending.set(documentKey({ project, path: from }), { project, path: from });
      }
      upload.ring();
    },
    resulted: results.ring,
    answered: answers.ring,
    again: (event, why) => round.abort(new LinkMoved(event, why)),
    renew: async () => {
      if (session === undefined || (state !== 'live' && state !== 'interrupted')) return false;
      const { epoch } = session.answer;
      const asked = { client, epoch, memory, clock: deps.clock, sink: deps.commands, queries: deps.queries };
      return await pollOnce(asked, 0, 'data', round.signal).then(
        () => true,
        () => false,
      );
    },
  };
}

function refusal(problem: Problem): Interruption {
  const sentence = `The relay refuses: ${problem.message} (${problem.code}). ${problem.toJson().hint}`;
  return new Interruption(sentence, { breakage: 'answered', cause: problem });
}

/** A state that lasted so long was no failure. */
const steadyMs = 10_000;

const byeMs = 800;

/** Goes offline at once, if the relay can be reached. */
async function bye(client: Client, epoch: number): Promise<void> {
  const signal = AbortSignal.timeout(byeMs);
  await client.call('bridgeBye', { body: { epoch }, timeoutMs: byeMs, signal }).catch(() => undefined);
}
