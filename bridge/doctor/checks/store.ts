/** Whether the relay can write to its store: one whose disk is full, or whose Redis is away, answers and takes nothing. */
import { text } from 'node:stream/consumers';
import { pathOf } from '#contract/paths.ts';
import { PROTOCOL } from '#contract/version.ts';
import { type Check, fail, type Ground, ok } from '../check.ts';
import { exchange } from '../exchange.ts';

export const store: Check = {
  name: 'store',
  title: 'Store',
  group: 'Relay',
  after: ['answers'],
  run: async (ground) => {
    const { status, isOurs } = await askIfReady(ground);
    if (status === 200) return ok('The relay can write to it.');
    if (!isOurs) return ok('Not known: the relay does not tell here.');
    return fail('The relay answers, but it cannot write to its store. Saves and commands wait, and nothing is lost.', {
      says: 'On the server, free some space, repair the disk, or start Redis again; the log of the relay says which. Then this answers 200:',
      copy: `curl -i ${ground.origin?.origin}${pathOf('readyz')}`,
    });
  },
};

/** How the relay answers, if it is the relay. */
async function askIfReady(ground: Ground): Promise<{ readonly status?: number | undefined; readonly isOurs: boolean }> {
  try {
    const answer = await exchange(ground, { method: 'GET', path: pathOf('readyz') });
    const said: unknown = JSON.parse(await text(answer));
    return { status: answer.statusCode, isOurs: (said as { p?: unknown } | null)?.p === PROTOCOL };
  } catch {
    return { isOurs: false };
  }
}
