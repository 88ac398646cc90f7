/** Keepers of tests: each in a data folder of its own, ended with it. */

import { openKeeper } from '../../bridge/keeper/client.ts';
import { connectKeeper } from '../../bridge/keeper/connection.ts';
import type { Child, ChildWanted, Chunk, Keeper } from '../../bridge/keeper/keeper.ts';
import { eventually } from './eventually.ts';
import { cleanEnvironment } from './process.ts';
import { openTemporaryFolder } from './projects.ts';

export interface KeeperGround extends AsyncDisposable {
  readonly dataFolder: string;
  readonly keeper: Keeper;
  /** Another client of the same data folder, as a bridge that was started again. */
  again(answerMs?: number): Keeper;
  /** What to start: a line for `sh`. */
  line(id: string, sort: ChildWanted['sort'], line: string, more?: Partial<ChildWanted>): ChildWanted;
  /** The process of the keeper; undefined where none runs. */
  pid(): Promise<number | undefined>;
}

/** A data folder whose keeper, once begun, stays `lingerMs` without a child. */
export async function openKeeperGround({ lingerMs = 60_000 } = {}): Promise<KeeperGround> {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await openTemporaryFolder());
  const dataFolder = folder.path;
  const pid = async () => {
    using connection = await connectKeeper(dataFolder).catch(() => undefined);
    return connection?.hello.pid;
  };
  stack.defer(async () => {
    const running = await pid();
    if (running === undefined) return;
    process.kill(running, 'SIGTERM');
    await eventually(() => !isRunning(running));
  });
  const again = (answerMs?: number) => {
    const given = answerMs === undefined ? {} : { answerMs };
    return stack.use(
      openKeeper({ dataFolder, log: { info: () => undefined }, env: cleanEnvironment(), lingerMs, ...given }),
    );
  };
  return {
    ...{ dataFolder, keeper: again(), again, pid },
    line: (id, sort, line, more) => ({
      ...{ id, sort, argv: ['/bin/sh', '-c', line], cwd: dataFolder },
      ...{ env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color' }, ...more },
    }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** All output of a child to its end, by stream, with the chunks. */
export async function outputOf(keeper: Keeper, id: string, after = 0) {
  const chunks: Chunk[] = [];
  const end = await keeper.follow(id, after, (chunk) => void chunks.push(chunk)).ended;
  const bytesOf = (stream: Chunk['stream']) =>
    Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map(({ bytes }) => bytes));
  return { end, chunks, out: bytesOf('out'), err: bytesOf('err') };
}

/** The screen of a terminal once its text has a part. */
export async function screenWith(keeper: Keeper, id: string, part: string): Promise<string> {
  return await eventually(async () => {
    const { text } = await keeper.screen(id);
    if (!text.includes(part)) throw new Error(JSON.stringify(text));
    return text;
  });
}

/** A child once it has ended. */
export async function ended(keeper: Keeper, id: string): Promise<Child> {
  return await eventually(async () =>
    (await keeper.children()).find((child) => child.id === id && child.end !== undefined),
  );
}
