/** Somebody who types into a terminal and reads what it shows by one event stream. */
import { gunzipSync } from 'node:zlib';
import { createParser } from 'eventsource-parser';
import { Client } from 'undici';

export interface Typist extends AsyncDisposable {
  /** Sends inputs; resolves when they are taken. */
  type(...inputs: unknown[]): Promise<void>;
  /** Types a key; ms until its echo is read. */
  echo(key: string): Promise<number>;
  /** Resolves when what is shown from now on has a text. */
  next(text: string): Promise<void>;
  /** Bytes of the stream so far. */
  readonly bytes: number;
}

/** Where a terminal is. */
export interface Seat {
  readonly origin: string;
  readonly inputs: string;
  readonly events: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sits down at a terminal; resolves once the stream is open. */
export async function openTypist({ origin, inputs, events, headers }: Seat): Promise<Typist> {
  const [typing, reading] = [new Client(origin), new Client(origin, { bodyTimeout: 0 })];
  const wanted = new Set<(text: string) => void>();
  const { promise: open, resolve: opened } = Promise.withResolvers<void>();
  const parser = createParser({
    onEvent: ({ event, data }) => {
      opened();
      const shown = textOf(event, data);
      for (const look of [...wanted]) look(shown);
    },
  });
  let bytes = 0;
  let seq = 0;
  const answer = await reading.request({ path: events, method: 'GET', headers });
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode} ${await answer.body.text()}`);
  answer.body.on('error', () => undefined);
  answer.body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    parser.feed(chunk.toString());
  });
  await open;
  const type = async (...given: unknown[]) => {
    seq += 1;
    const body = JSON.stringify({ producer: 'bench', seq, inputs: given });
    const sent = { 'content-type': 'application/json', ...headers };
    const taken = await typing.request({ path: inputs, method: 'POST', headers: sent, body });
    const said = await taken.body.text();
    if (taken.statusCode !== 200) throw new Error(said);
  };
  const next = (text: string) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let before = '';
    const look = (shown: string) => {
      before = (before + shown).slice(-4096 - text.length);
      if (!before.includes(text)) return;
      wanted.delete(look);
      resolve();
    };
    wanted.add(look);
    return promise;
  };
  return {
    type,
    next,
    echo: async (key) => {
      const shown = next(key);
      const at = performance.now();
      const taken = type(key);
      await shown;
      const ms = performance.now() - at;
      await taken;
      return ms;
    },
    get bytes() {
      return bytes;
    },
    [Symbol.asyncDispose]: async () => void (await Promise.all([typing.destroy(), reading.destroy()])),
  };
}

/** What an event shows: the output of an entry, the screen of a snapshot. */
function textOf(event: string | undefined, data: string): string {
  const told = JSON.parse(data) as { readonly o?: string; readonly type?: string; readonly body?: string };
  if (event === 'entry') return told.o ?? '';
  if (told.type !== 'snapshot' || told.body === undefined) return '';
  return JSON.parse(gunzipSync(Buffer.from(told.body, 'base64')).toString()).text;
}
