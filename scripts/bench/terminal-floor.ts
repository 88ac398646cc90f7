/** The floor of key → echo: bare Koa with one fsynced insert for a key and one for its echo, a held request, and a raw pty; two processes, as relay and machine are. `serve FILE` prints its port, `machine PORT` has the pty. */

import type { ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import * as pty from '@lydell/node-pty';
import Koa, { type Context } from 'koa';
import { Client } from 'undici';

const [role, target = ''] = process.argv.slice(2);
if (role === 'serve') serve(target);
else if (role === 'machine') await machine(Number(target));

function serve(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log(id INTEGER PRIMARY KEY, text TEXT)',
  );
  const append = database.prepare('INSERT INTO log(text) VALUES (?)');
  const readers = new Set<ServerResponse>();
  const waiting: unknown[] = [];
  let wake = () => {};
  const answers: Readonly<Record<string, (context: Context) => Promise<void> | void>> = {
    '/inputs': async (context) => {
      const text = await bodyOf(context);
      append.run(text);
      waiting.push(...JSON.parse(text).inputs);
      wake();
      context.body = {};
    },
    '/inbox': async (context) => {
      await bodyOf(context);
      if (waiting.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      context.body = { inputs: waiting.splice(0) };
    },
    '/entries': async (context) => {
      const text = await bodyOf(context);
      append.run(text);
      for (const reader of readers) reader.write(`event: entry\ndata: ${text}\n\n`);
      context.body = {};
    },
    '/events': (context) => {
      context.respond = false;
      context.res.writeHead(200, { 'content-type': 'text/event-stream' });
      context.res.write('event: control\ndata: {}\n\n');
      readers.add(context.res);
    },
  };
  const app = new Koa();
  app.use((context) => answers[context.path]?.(context));
  const server = app.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
}

async function bodyOf({ req }: Context): Promise<string> {
  let text = '';
  for await (const piece of req.setEncoding('utf8')) text += piece;
  return text;
}

async function machine(port: number): Promise<never> {
  const [inbox, entries] = [new Client(`http://127.0.0.1:${port}`), new Client(`http://127.0.0.1:${port}`)];
  const child = pty.spawn('sh', ['-c', 'stty raw -echo; echo ready; cat'], { cols: 80, rows: 24 });
  child.onData((o) => {
    void post(entries, '/entries', { o });
  });
  console.log('ready');
  for (;;) for (const input of (await post<{ inputs: string[] }>(inbox, '/inbox', {})).inputs) child.write(input);
}

async function post<Answer>(client: Client, path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const answer = await client.request({ path, method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.body.json()) as Answer;
}
