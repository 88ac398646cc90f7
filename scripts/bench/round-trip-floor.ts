/** The floor of round trips: the same messages of a command and of a query through bare Koa, handed on from memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RoundTrips extends AsyncDisposable {
  /** Post → the held poll answers → its result → the held wait answers. */
  command(): Promise<void>;
  /** The held post → the poll answers → its answer. */
  query(): Promise<void>;
}

const server = `import Koa from 'koa'; import { once, EventEmitter } from 'node:events';
  const bus = new EventEmitter(); const ended = new Set(); let queue = [];
  const read = async (request) => { let text = ''; for await (const chunk of request) text += chunk; return JSON.parse(text || '{}'); };
  const put = (one) => { queue.push(one); bus.emit('put'); };
  const app = new Koa();
  app.use(async (context) => { const body = context.method === 'POST' ? await read(context.req) : undefined;
    switch (context.path) {
      case '/command': put(body); context.body = body; break;
      case '/query': { const answer = once(bus, 'ended' + body.id); put(body); [context.body] = await answer; break; }
      case '/poll': if (queue.length === 0) await once(bus, 'put'); context.body = queue; queue = []; break;
      case '/end': ended.add(body.id); bus.emit('ended' + body.id, body); context.body = '{}'; break;
      case '/wait': { const { id } = context.query; if (!ended.has(Number(id))) await once(bus, 'ended' + id); context.body = '{}'; }
    } });
  app.listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

/** Starts bare Koa and somebody who polls it. */
export async function openFloor(): Promise<RoundTrips> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', server], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  });
  const [line] = await once(child.stdout, 'data');
  const url = `http://127.0.0.1:${String(line).trim()}`;
  const ends = new AbortController();
  const post = async (path: string, body: object) =>
    await (await fetch(url + path, { method: 'POST', body: JSON.stringify(body), signal: ends.signal })).json();
  const serve = async () => {
    for (;;) for (const { id } of (await post('/poll', {})) as { id: number }[]) await post('/end', { id, result: {} });
  };
  const serving = serve().catch(() => undefined);
  let id = 0;
  return {
    command: async () => {
      id += 1;
      await post('/command', { id, kind: 'spec-archive', args: { project: 'project-one', spec: 'a' } });
      await (await fetch(`${url}/wait?id=${id}`)).text();
    },
    query: async () => {
      id += 1;
      await post('/query', { id, kind: 'project-info', args: { project: 'project-one' } });
    },
    [Symbol.asyncDispose]: async () => {
      ends.abort();
      await serving;
      child.kill();
    },
  };
}
