/** `npm run bench:unwatched [seconds] [terminals]`: requests of a bridge with busy terminals that nobody watches, beside those of a bridge without any, both at the same time. */
import { setTimeout as delay } from 'node:timers/promises';
import { openMeddler } from '../../test/kit/meddler.ts';
import { openTerminalWorld } from './terminal-world.ts';

const [seconds = 90, terminals = 5] = process.argv.slice(2).map(Number);
/** Beginnings are told at once. */
const SETTLE_MS = 5000;

await using stack = new AsyncDisposableStack();
const [idle, busy] = [await openCounted(), await openCounted()];
for (let n = 0; n < terminals; n++) {
  // They do not all begin at the same moment.
  await delay(1000 * Math.random());
  await busy.world.open('while :; do date; sleep 0.1; done');
}
await delay(SETTLE_MS);
const before = [idle, busy].map(({ count }) => count());
await delay(seconds * 1000);
const [quiet = 0, all = 0] = [idle, busy].map(({ count }, at) => ((count() - (before[at] ?? 0)) * 60) / seconds);
console.log(
  `  ${terminals} busy terminals that nobody watches: ${all.toFixed(1)} requests a minute beside ${quiet.toFixed(1)} of a bridge without any: ${(all - quiet).toFixed(1)} more (aim: at most 10)`,
);

/** A bridge whose requests are counted. */
async function openCounted() {
  let count = () => 0;
  const through = async (relay: string) => {
    const gateway = stack.use(await openMeddler(relay));
    count = () => gateway.met.length;
    return gateway.url;
  };
  const world = stack.use(await openTerminalWorld('sqlite', through));
  return { world, count: () => count() };
}
