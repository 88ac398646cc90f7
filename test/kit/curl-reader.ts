/** A script that follows the feed of a machine with curl: by events, or by long-polls where a network keeps those back. It goes on where it was whenever the network cuts it. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { createParser } from 'eventsource-parser';
import type { ItemChange, StreamPage } from '#contract/feed.ts';
import { feedOfMachine } from '#contract/feed-name.ts';

export interface CurlReader extends AsyncDisposable {
  /** The offset behind each event, in the order in which they came. */
  readonly offsets: readonly string[];
  /** When the document first had this rev, in ms since 1970. */
  at(rev: string): number | undefined;
  /** How often curl was started. */
  starts(): number;
}

type Curl = ChildProcessByStdio<null, Readable, null>;

/** Follows from now on. */
export function followByCurl(
  { url, key, machine }: { readonly url: string; readonly key: string; readonly machine: string },
  by: 'events' | 'long-polls',
): CurlReader {
  const path = `${url}/v1/feeds/${feedOfMachine(machine)}/events`;
  const offsets: string[] = [];
  const times = new Map<string, number>();
  let [isOver, starts] = [false, 0];
  let running: Curl | undefined;

  function run(...args: string[]): Curl {
    starts += 1;
    running = spawn('curl', ['-sN', '--compressed', '-H', `Authorization: Bearer ${key}`, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return running;
  }
  function take(offset: string, data: readonly ItemChange[]): void {
    offsets.push(offset);
    for (const { item, ...change } of data)
      if (item === 'document' && 'value' in change)
        times.set(String((change.value as { readonly rev?: string }).rev), Date.now());
  }

  async function followEvents(): Promise<void> {
    let last: string | undefined;
    while (!isOver) {
      const from =
        last === undefined ? [`${path}?live=sse&offset=-1`] : ['-H', `Last-Event-ID: ${last}`, `${path}?live=sse`];
      const parser = createParser({
        onEvent: ({ event, id, data }) => {
          last = id ?? last;
          if (event === 'data' && id !== undefined) take(id.slice(id.lastIndexOf(':') + 1), JSON.parse(data));
        },
      });
      const curl = run(...from);
      curl.stdout.setEncoding('utf8').on('data', (piece: string) => parser.feed(piece));
      await once(curl, 'close');
      if (!isOver) await delay(100);
    }
  }
  async function followPolls(): Promise<void> {
    let offset = '-1';
    while (!isOver) {
      const said = await text(run(`${path}?live=long-poll&wait=20&offset=${offset}`).stdout);
      const page = parsePage(said);
      for (const event of page?.events ?? []) if ('data' in event) take(event.offset, event.data as ItemChange[]);
      offset = page?.offsets[feedOfMachine(machine)] ?? offset;
      if (page === undefined && !isOver) await delay(100);
    }
  }

  const followed = by === 'events' ? followEvents() : followPolls();
  return {
    offsets,
    at: (rev) => times.get(rev),
    starts: () => starts,
    [Symbol.asyncDispose]: async () => {
      isOver = true;
      running?.kill();
      await followed;
    },
  };
}

/** Undefined where the network has cut the answer, or given another. */
function parsePage(said: string): StreamPage | undefined {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}
