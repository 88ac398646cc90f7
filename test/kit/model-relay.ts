/** The relay of a model: two processes on one store. They begin anew, their clock jumps, and their store is put back as it was. */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createRelay } from '../../api/relay/create-relay.ts';
import type { Relay } from '../../api/relay/relay.ts';
import { openStore } from '../../api/store/open.ts';
import type { Store } from '../../api/store/store.ts';
import { openTemporaryFolder, type TemporaryFolder } from './projects.ts';

interface Clock {
  now: number;
}

export class ModelRelay implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #folder: TemporaryFolder;
  readonly #relays: Relay[] = [];
  #store: Store;
  #calls = 0;
  #stores = 0;

  private constructor(clock: Clock, store: Store, folder: TemporaryFolder) {
    this.#clock = clock;
    this.#store = store;
    this.#folder = folder;
    for (const at of [0, 1]) this.beginAnew(at);
  }

  static async open(): Promise<ModelRelay> {
    const clock = { now: Date.UTC(2026, 10, 20) };
    const store = await openStore('sqlite::memory:', { now: () => clock.now });
    return new ModelRelay(clock, store, await openTemporaryFolder());
  }

  get store(): Store {
    return this.#store;
  }

  now(): number {
    return this.#clock.now;
  }

  /** One of the processes. */
  any(): Relay {
    this.#calls += 1;
    return this.#relays[this.#calls % 2] as Relay;
  }

  beginAnew(at: number): void {
    this.#relays[at] = createRelay({ store: this.#store });
  }

  /** Time goes by, and what is then due is done. */
  async pass(ms: number): Promise<void> {
    this.#clock.now += ms;
    while ((await this.any().sweep()) > 0);
  }

  /** Keeps a copy of the store as it is. */
  async copy(): Promise<void> {
    await rm(this.#copy, { force: true });
    await this.#store.backup?.(this.#copy);
  }

  /** Goes on with the copy, as an operator does who restores a backup; `cut` ends the calls that it holds. */
  async restore(cut: () => void): Promise<void> {
    this.#stores += 1;
    const path = join(this.#folder.path, `store-${this.#stores}`);
    await cp(this.#copy, path);
    const before = this.#store;
    this.#store = await openStore(`sqlite:${path}`, { now: () => this.#clock.now });
    await this.#store.rehandle();
    for (const at of [0, 1]) this.beginAnew(at);
    cut();
    await before[Symbol.asyncDispose]();
  }

  get #copy(): string {
    return join(this.#folder.path, 'copy');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
