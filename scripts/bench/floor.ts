/** The floor of save → event: a bare `fs.watch`, one keep-alive POST to a bare Node server, one fsynced SQLite commit, one raw SSE write. Run with a folder: `watch` and `serve` are the two processes that `latency.ts` starts. */
import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent, createServer, request, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const [role, target = '', portText = '0'] = process.argv.slice(2);
if (role === 'serve') serve(target);
else if (role === 'watch') post(target, Number(portText));

/** POST /: commits the body and writes it to every reader; GET /: a reader. Prints its port. */
function serve(file: string): void {
  const database = new DatabaseSync(file);
  database.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log(id INTEGER PRIMARY KEY, entry TEXT)',
  );
  const append = database.prepare('INSERT INTO log(entry) VALUES (?)');
  const readers = new Set<ServerResponse>();
  const server = createServer(async (incoming, response) => {
    if (incoming.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      readers.add(response);
      response.on('close', () => readers.delete(response));
      return;
    }
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    append.run(body);
    for (const reader of readers) reader.write(`data: ${body}\n\n`);
    response.end('{}');
  });
  server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
}

/** Watches every folder below `specs/` of a project by itself and posts each change. */
function post(root: string, port: number): void {
  const agent = new Agent({ keepAlive: true });
  const watcher = watch(join(root, 'specs'), { recursive: true }, async (_, name) => {
    if (!name?.endsWith('README.md')) return;
    const bytes = await readFile(join(root, 'specs', name));
    const body = JSON.stringify({ name, rev: createHash('sha256').update(bytes).digest('hex') });
    request({ host: '127.0.0.1', port, method: 'POST', agent }, (response) => response.resume()).end(body);
  });
  watcher.on('error', (error) => console.error(error));
  console.log('watching');
}
