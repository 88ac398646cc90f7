/** Loaded into a bridge or a relay by `node --import`: notes when each hop of a change passes, and writes the notes to $SALLYPORT_TRACE at the end. Times are ms since 1970 with fractions. */
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { StatementSync } from 'node:sqlite';

const ingest = '/v1/bridge/ingest';
const notes: { hop: string; at: number }[] = [];

function note(hop: string): void {
  notes.push({ hop, at: performance.timeOrigin + performance.now() });
}

subscribe('sallyport:bridge:seen', () => note('seen'));
subscribe('sallyport:bridge:described', () => note('described'));
subscribe('undici:request:create', (message) => {
  if ((message as { request: { path: string } }).request.path.startsWith(ingest)) note('posted');
});
subscribe('http.server.request.start', (message) => {
  if (isIngest((message as { request: IncomingMessage }).request)) note('received');
});
const { run } = StatementSync.prototype;
Object.defineProperty(StatementSync.prototype, 'run', {
  value(this: StatementSync, ...parameters: Parameters<typeof run>) {
    const result = run.apply(this, parameters);
    if (this.sourceSQL === 'COMMIT') note('committed');
    return result;
  },
});
process.on('exit', () => writeFileSync(process.env.SALLYPORT_TRACE ?? '', JSON.stringify(notes)));

function isIngest(request: IncomingMessage): boolean {
  return request.url?.startsWith(ingest) ?? false;
}
