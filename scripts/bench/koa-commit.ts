/** The floor of the hop POST → commit: bare Koa that reads a body, parses it and commits it to SQLite as durably as the relay does. It answers when that was. Run with a file; prints its port. */
import { DatabaseSync } from 'node:sqlite';
import Koa from 'koa';

const database = new DatabaseSync(process.argv[2] ?? '');
database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE log(id INTEGER PRIMARY KEY, entry TEXT)');
const append = database.prepare('INSERT INTO log(entry) VALUES (?)');

const app = new Koa();
app.use(async (context) => {
  const pieces: Buffer[] = [];
  for await (const piece of context.req) pieces.push(piece);
  const { text } = JSON.parse(Buffer.concat(pieces).toString('utf8'));
  append.run(text);
  context.body = { committedAt: performance.timeOrigin + performance.now() };
});
const server = app.listen(0, '127.0.0.1', () => console.log((server.address() as { port: number }).port));
