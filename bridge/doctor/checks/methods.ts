/** Which methods the network lets through. The bridge needs only GET and POST; the app and scripts can do with them too. */
import { text } from 'node:stream/consumers';
import { pathOf } from '#contract/paths.ts';
import { PROTOCOL } from '#contract/version.ts';
import { interruptionOf } from '../../net/interruption.ts';
import { type Check, type Ground, note, ok, skipped } from '../check.ts';
import { exchange } from '../exchange.ts';

export const methods: Check = {
  name: 'methods',
  title: 'Methods',
  group: 'Relay',
  after: ['answers'],
  measures: true,
  run: async (ground) => {
    const tried = await Promise.all(
      ['PUT', 'PATCH', 'DELETE'].map(async (method) => ({ method, passes: await passes(ground, method) })),
    );
    if (tried.some(({ passes }) => passes === undefined)) return skipped('A request got no answer in its time.');
    const blocked = tried.flatMap(({ method, passes }) => (passes ? [] : [method]));
    if (blocked.length === 0) return ok('GET, POST, PUT, PATCH and DELETE reach the relay.');
    return note(
      `Something on the way blocks ${blocked.join(', ')}. The bridge and the app do not need them; scripts send POST:`,
      {
        copy: `POST ${ground.origin?.origin}/v1/…?_method=${blocked[0]}`,
      },
    );
  },
};

/** Whether it is the relay that says that this path has no such method; undefined where nobody says anything. */
async function passes(ground: Ground, method: string): Promise<boolean | undefined> {
  try {
    const answer = await text(await exchange(ground, { method, path: pathOf('hello') }));
    return (JSON.parse(answer) as { p?: unknown } | null)?.p === PROTOCOL;
  } catch (error) {
    return interruptionOf(error, ground.origin?.host ?? '').breakage === 'timeout' ? undefined : false;
  }
}
