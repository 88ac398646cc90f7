/** Somebody in a terminal, by curl's calls alone. */
import { gunzipSync } from 'node:zlib';
import { eventually } from './eventually.ts';
import type { World } from './world.ts';

interface Page {
  readonly offsets: Readonly<Record<string, string>>;
  readonly events: readonly { readonly entry: Readonly<Record<string, unknown>> }[];
  readonly snapshots?: readonly { readonly body: string }[];
  readonly resets?: readonly unknown[];
}

/** Somebody who types into a terminal and reads it by long-poll. */
export class Visitor {
  readonly #call: World['call'];
  readonly terminal: string;
  readonly producer: string;
  offset = '-1';
  /** All that was seen: of a snapshot its screen, then the output. */
  seen = '';
  /** How often a screen was given in the place of output. */
  screens = 0;
  ended: unknown;
  /** Why the machine has last not typed something. */
  notTyped: unknown;
  #seq = 0;

  constructor(call: World['call'], terminal: string, producer: string) {
    this.#call = call;
    this.terminal = terminal;
    this.producer = producer;
  }

  async type(...inputs: unknown[]): Promise<void> {
    const body = { producer: this.producer, seq: this.#seq + 1, inputs };
    await eventually(() => this.#call('POST', `/v1/records/${this.terminal}/inputs`, body), { timeoutMs: 20_000 });
    this.#seq += 1;
  }

  async read(wait = 2): Promise<void> {
    const feed = `c.${this.terminal}`;
    const path = `/v1/feeds/${feed}/events?live=long-poll&wait=${wait}&offset=${this.offset}`;
    const { events, snapshots = [], resets = [], offsets } = await this.#call<Page>('GET', path);
    if (resets.length > 0) {
      this.offset = '-1';
      return;
    }
    for (const { body } of snapshots) this.seen = JSON.parse(gunzipSync(Buffer.from(body, 'base64')).toString()).text;
    this.screens += snapshots.length;
    for (const { entry } of events) {
      if (typeof entry.o === 'string') this.seen += entry.o;
      if (entry.refused !== undefined) this.notTyped = entry.refused;
      if (entry.x !== undefined) this.ended = entry.x;
    }
    this.offset = offsets[feed] ?? '-1';
  }

  async until(what: string | RegExp): Promise<void> {
    await eventually(
      async () => {
        await this.read();
        if (typeof what === 'string' ? this.seen.includes(what) : what.test(this.seen)) return true;
        throw new Error(`not seen: ${what}, but ${JSON.stringify(this.seen.slice(-300))}`);
      },
      { timeoutMs: 30_000 },
    );
  }
}
