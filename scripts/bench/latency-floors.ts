/** The floors of `latency.ts`: a save that goes the shortest way there is, and one commit behind bare Koa. */
import { readFile, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { copyRealProject } from '../../test/kit/projects.ts';
import { savedSpec } from './latency-world.ts';
import { startNode } from './programs.ts';

export interface SaveFloor extends AsyncDisposable {
  /** Saves once; ms until a reader of the stream has it. */
  save(n: number): Promise<number>;
}

/** A bare `fs.watch`, a POST, a commit and a write to one stream, on a copy of the same project. */
export async function startSaveFloor(folder: string): Promise<SaveFloor> {
  const root = await copyRealProject('lean-spec', join(folder, 'floor'));
  await using children = new AsyncDisposableStack();
  const start = async (...args: string[]) => await startNode(children, join(import.meta.dirname, 'floor.ts'), args);
  const port = Number(await start('serve', join(folder, 'floor.db')));
  await start('watch', root, String(port));
  const abort = new AbortController();
  const response = await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
  if (response.body === null) throw new Error('the floor has no stream');
  let arrived = () => {};
  const reading = pump(response.body, () => arrived());
  const held = children.move();
  return {
    save: async (n) => {
      const path = join(root, savedSpec);
      const text = await readFile(path, 'utf8');
      const first = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const savedAt = performance.now();
      await writeFile(path, text.replace(/^# .*$/m, `# Save ${n}`));
      await first;
      return performance.now() - savedAt;
    },
    [Symbol.asyncDispose]: async () => {
      abort.abort();
      await reading;
      await held.disposeAsync();
    },
  };
}

export interface CommitFloor extends AsyncDisposable {
  /** Posts the file that is saved once; ms until it is committed. */
  commit(n: number): Promise<number>;
}

/** Bare Koa that commits what is posted. */
export async function startCommitFloor(folder: string): Promise<CommitFloor> {
  const root = await copyRealProject('lean-spec', join(folder, 'commit-floor'));
  const text = await readFile(join(root, savedSpec), 'utf8');
  await using children = new AsyncDisposableStack();
  const program = join(import.meta.dirname, 'koa-commit.ts');
  const port = Number(await startNode(children, program, [join(folder, 'koa.db')]));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const held = children.move();
  return {
    commit: async (n) => {
      const body = JSON.stringify({ n, text });
      const headers = { 'content-length': Buffer.byteLength(body) };
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      const sentAt = performance.timeOrigin + performance.now();
      const sent = request({ host: '127.0.0.1', port, method: 'POST', agent, headers }, async (response) => {
        let answer = '';
        for await (const piece of response.setEncoding('utf8')) answer += piece;
        resolve(JSON.parse(answer).committedAt - sentAt);
      });
      sent.on('error', reject);
      sent.end(body);
      return await promise;
    },
    [Symbol.asyncDispose]: async () => {
      agent.destroy();
      await held.disposeAsync();
    },
  };
}

/** Reads until the stream is aborted. One write may come twice; the pause between saves swallows the second. */
async function pump(body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> {
  try {
    for await (const _ of body) heard();
  } catch {
    // Aborted at the end.
  }
}
