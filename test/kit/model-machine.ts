/** A machine of a model: its files are a map in memory, and what tells the relay of them is the bridge's own link, over calls that the weather may spoil. */
import { setImmediate as turn } from 'node:timers/promises';
import type { Relay } from '../../api/relay/relay.ts';
import type { Client } from '../../bridge/net/client.ts';
import { createRelayClock } from '../../bridge/sync/clock.ts';
import { gapOfProject } from '../../bridge/sync/gaps.ts';
import type { LinkDeps } from '../../bridge/sync/link-state.ts';
import { createRounds } from '../../bridge/sync/rounds.ts';
import { createLink } from '../../bridge/sync/run-link.ts';
import { createUntold, type Untold } from '../../bridge/sync/untold.ts';
import { createWakeup } from '../../bridge/sync/wakeup.ts';
import type { IndexedDocument } from '../../bridge/watch/indexed-document.ts';
import { answerOf, brokenOff, type Given, turnsOf, whileNotAborted } from './model-calls.ts';
import { ModelCommands } from './model-commands.ts';
import { announced, project, sha256 } from './relay.ts';
import { openSides } from './sides.ts';

/** What becomes of a call: it never arrives, its answer is lost, it arrives twice, again much later, or late. */
export const weathers = ['lost', 'unanswered', 'twice', 'again', 'late'] as const;
export type Weather = (typeof weathers)[number];

export class ModelMachine {
  readonly id: string;
  /** What is on the disk, by path. */
  readonly files = new Map<string, string>();
  /** How often a path was taken away, by path. */
  readonly removals = new Map<string, number>();
  /** The revs that each path has had, `absent` among them. */
  readonly states = new Map<string, string[]>();
  readonly commands: ModelCommands;
  readonly #relay: () => Relay;
  readonly #weather: Weather[] = [];
  #played = openSides(project);
  #untold: Untold = createUntold();
  #isTold = false;
  /** Files that this life of the bridge has not read yet. */
  readonly #unread = new Set<string>();
  /** Whether a comparison left its files out. */
  #isLeftOut = false;
  /** Whether this life still reads what was there when it began. */
  #isReading = false;
  #rounds = createRounds();
  #run = 0;
  /** Cuts the calls that are held. */
  #cut = new AbortController();
  #stopping = new AbortController();
  #ran: Promise<unknown> = Promise.resolve();

  /** `now` is the relay's clock. */
  constructor(id: string, relay: () => Relay, now: () => number) {
    this.id = id;
    this.#relay = relay;
    this.commands = new ModelCommands(id, {
      now,
      rev: (path) => this.rev(path),
      save: (path, text) => this.save(path, text),
      states: (path) => this.states.get(path)?.length ?? 0,
    });
  }

  /** As a command names it. */
  rev(path: string): string {
    const text = this.files.get(path);
    return text === undefined ? 'absent' : sha256(text);
  }

  save(path: string, text: string): void {
    this.files.set(path, text);
    this.#changed({ path });
  }

  remove(path: string): void {
    if (!this.files.delete(path)) return;
    this.#unread.delete(path);
    this.removals.set(path, (this.removals.get(path) ?? 0) + 1);
    this.#changed({ path });
  }

  move(from: string, to: string): void {
    const text = this.files.get(from);
    if (text === undefined || from === to) return;
    this.files.delete(from);
    this.#unread.delete(from);
    this.removals.set(from, (this.removals.get(from) ?? 0) + 1);
    this.files.set(to, text);
    this.#changed({ path: to, from });
  }

  /** The next calls meet this weather. */
  meet(weather: readonly Weather[]): void {
    this.#weather.push(...weather);
  }

  /** The sun shines again. */
  calm(): void {
    this.#weather.length = 0;
  }

  /** The process of the relay that holds its calls has ended. */
  cut(): void {
    this.#cut.abort();
    this.#cut = new AbortController();
  }

  /** Begins as a new process does, if none runs: it knows what is on the disk, and nothing of what was told. `slowly`: it reads that while it is connected, a file at a time. */
  begin(how?: 'slowly'): void {
    if (this.#isTold) return;
    this.#played = openSides(project);
    this.#unread.clear();
    this.#isLeftOut = false;
    for (const path of this.files.keys()) {
      if (how === 'slowly') this.#unread.add(path);
      else this.#played.change(path, this.#held(path));
    }
    this.#untold = createUntold();
    this.#rounds = createRounds();
    this.#stopping = new AbortController();
    this.#isTold = true;
    this.#run += 1;
    const { signal } = this.#stopping;
    this.#isReading = how === 'slowly';
    this.commands.begin(this.#untold.results.ring);
    const link = createLink(this.#deps());
    this.#ran = Promise.all([link.run(signal), this.#isReading && this.#readAll(signal)]);
  }

  async #readAll(signal: AbortSignal): Promise<void> {
    while (this.#unread.size > 0) {
      await turnsOf(3);
      if (signal.aborted) return;
      const [path] = this.#unread;
      if (path !== undefined) this.#changed({ path });
    }
    this.#isReading = false;
    if (this.#isLeftOut) this.#rounds.again('resync', 'all was read');
  }

  /** Ends it; `killed` says no goodbye. What is done to the files meanwhile, nobody sees. */
  async end(how: 'killed' | 'stopped'): Promise<void> {
    this.#isTold = false;
    this.commands.end();
    if (how === 'killed') this.#weather.unshift('lost');
    this.#stopping.abort();
    await this.#ran;
    if (how === 'killed') this.#weather.shift();
  }

  #held(path: string) {
    return { project, path, rev: sha256(this.files.get(path) ?? ''), describe: 1 };
  }

  #changed(change: { readonly path: string; readonly from?: string }): void {
    for (const path of [change.from, change.path])
      if (path !== undefined) this.states.set(path, [...(this.states.get(path) ?? []), this.rev(path)]);
    if (!this.#isTold) return;
    for (const path of [change.from, change.path]) {
      if (path === undefined) continue;
      this.#unread.delete(path);
      this.#played.change(path, this.files.has(path) ? this.#held(path) : undefined);
    }
    this.#untold.changed([{ project, ...change }]);
  }

  #document(path: string): IndexedDocument | undefined {
    const text = this.files.get(path);
    if (text === undefined || this.#unread.has(path)) return undefined;
    const about = { kind: 'spec' as const, title: path, mtime: 1, meta: {}, format: 'lean-spec' as const };
    return { ...this.#held(path), ...about, size: Buffer.byteLength(text) };
  }

  #deps(): LinkDeps {
    const nothing = () => undefined;
    const none = () => [];
    return {
      client: this.#client(),
      clock: createRelayClock(() => undefined),
      instance: { folder: `folder-of-${this.id}`, run: this.#run, nonce: `nonce-of-run-${this.#run}` },
      untold: this.#untold,
      rounds: this.#rounds,
      sides: this.#played.sides,
      documents: {
        document: (key) => this.#document(key.slice(project.length + 1)),
        bytes: async ({ path, rev }) => {
          const bytes = Buffer.from(this.files.get(path) ?? '');
          return sha256(bytes) === rev ? bytes : undefined;
        },
        comparing: () => {
          this.#isLeftOut = this.#isReading;
          return this.#isLeftOut ? [gapOfProject(project)] : [];
        },
        unread: nothing,
        total: () => this.files.size,
      },
      announced: () => announced,
      commands: this.commands.sink(),
      records: { revs: () => ({}), wanted: nothing },
      queries: { ask: nothing, asking: none, answers: none, answered: nothing },
      channels: {
        source: { connected: nothing, parts: async () => [], stands: nothing, ready: createWakeup() },
        inbox: {
          ...{ after: () => ({}), watched: none, seen: () => '', take: async () => undefined },
          changed: createWakeup(),
        },
      },
      acknowledged: () => null,
      hears: {
        ...{ connected: nothing, synced: nothing, state: nothing, trouble: nothing, acknowledged: nothing },
        ...{ uploading: nothing, conditions: nothing, inbox: nothing },
        refused: ({ path }, problem) => {
          throw new Error(`the relay refuses ${path}`, { cause: problem });
        },
        note: nothing,
      },
    };
  }

  #client(): Client {
    return {
      where: 'the model',
      knock: undefined,
      drop: () => this.cut(),
      renew: () => undefined,
      bytes: () => Promise.reject(new Error('no bytes are asked for')),
      events: () => Promise.reject(new Error('no events are asked for')),
      call: (async (name: string, given: Given) => await this.#call(name, given)) as Client['call'],
      [Symbol.asyncDispose]: async () => undefined,
    };
  }

  async #call(name: string, given: Given): Promise<unknown> {
    const signals = [given.signal, this.#cut.signal].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    const weather = this.#weather.shift();
    // The kernel hands over each call in its own time.
    await turn();
    if (weather === 'lost') throw brokenOff();
    const ask = () => whileNotAborted(answerOf(this.#relay(), this.id, name, given, signal), signal);
    if (weather === 'twice') await ask().catch(() => undefined);
    if (weather === 'late') await turnsOf(10);
    const answer = await ask();
    if (weather === 'again')
      void turnsOf(20)
        .then(ask)
        .catch(() => undefined);
    await turn();
    if (weather === 'unanswered') throw brokenOff();
    return answer;
  }
}
