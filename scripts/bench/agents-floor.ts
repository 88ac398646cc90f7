/** The floor of `agents.ts`: bare `node:http` that holds a GET of a file's name until bare `fs.watch` tells a change after which the file says that it is decided. Run with a folder; prints its port. */
import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

const [folder = ''] = process.argv.slice(2);

const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  const name = decodeURIComponent((request.url ?? '/').slice(1));
  const watcher: FSWatcher = watch(folder, async (_, changed) => {
    if (changed !== name) return;
    const { status } = JSON.parse(await readFile(join(folder, name), 'utf8'));
    if (status === 'pending') return;
    watcher.close();
    response.end(JSON.stringify({ resolved: true, status }));
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
