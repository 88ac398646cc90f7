/** How large a request the network lets through, how fast, and whether it arrives as it was sent. */
import { randomBytes } from 'node:crypto';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { revOf } from '../../files/rev.ts';
import { interruptionOf } from '../../net/interruption.ts';
import { type Check, type Finding, fail, type Ground, inNginx, note, ok, skipped } from '../check.ts';

const kib = 1024;
/** From the largest that a bridge sends down to the smallest that it can do with, and below. */
const sizes = [
  limits.ingestBytesMax,
  512 * kib,
  256 * kib,
  128 * kib,
  64 * kib,
  limits.blobPieceBytesMin,
  4 * kib,
  256,
];
/** What is sent to see how fast a way is on which a large request got no answer. */
const measuredBytes = limits.blobPieceBytesMin;
/** A slower way is told. */
const slowBytesPerSecond = 100 * kib;

type Outcome = 'whole' | 'changed' | 'refused' | 'silent' | 'unknown';
interface Sent {
  readonly outcome: Outcome;
  readonly ms: number;
}

export const uploads: Check = {
  name: 'uploads',
  title: 'Uploads',
  group: 'Relay',
  after: ['key'],
  measures: true,
  exitCode: 4,
  limitMs: ({ connectMs }) => 6 * connectMs + 20_000,
  run: async (ground) => {
    for (const size of sizes) {
      const { outcome, ms } = await send(ground, size, false);
      if (outcome === 'unknown') return skipped('The relay is too old to be tried.');
      if (outcome === 'changed') return changed('Bodies', ground);
      if (outcome === 'whole') return await passed(ground, size, ms);
      const slow = outcome === 'silent' && size > measuredBytes ? await slowness(ground, size, ms) : undefined;
      if (slow !== undefined) return slow;
    }
    return fail('No request with a body reaches the relay.', askFor(ground));
  },
};

/** What is wrong where a request got no answer in its time: the way is slow; undefined where a small one shows that it is not. */
async function slowness(ground: Ground, size: number, waitedMs: number): Promise<Finding | undefined> {
  const { outcome, ms } = await send(ground, measuredBytes, false);
  const perSecond = (1000 * measuredBytes) / ms;
  const isFast = (1000 * size) / perSecond < waitedMs / 2;
  return outcome === 'whole' && !isFast ? slow(perSecond) : undefined;
}

function slow(bytesPerSecond: number): Finding {
  const seconds = Math.ceil(limits.ingestBytesMax / bytesPerSecond);
  return note(
    `The way is slow: about ${Math.round(bytesPerSecond / 1000)} kB/s. A request of ${limits.ingestBytesMax / kib} KiB takes ${seconds} s. The bridge sends smaller ones, and the first upload takes long.`,
  );
}

async function passed(ground: Ground, size: number, ms: number): Promise<Finding> {
  if (size < limits.ingestBytesMax) return smaller(ground, size);
  if ((1000 * size) / ms < slowBytesPerSecond) return slow((1000 * size) / ms);
  const zipped = await send(ground, 64 * kib, true);
  if (zipped.outcome === 'whole') return ok(`Requests of ${size / kib} KiB pass.`);
  return note(
    `Requests of ${size / kib} KiB pass, but compressed ones do not arrive whole. The bridge sends them uncompressed.`,
  );
}

function smaller(ground: Ground, size: number): Finding {
  const says = `The largest request that passes has ${size < kib ? `${size} bytes` : `${size / kib} KiB`}.`;
  const fix = askFor(ground);
  return size < 64 * kib
    ? fail(`${says} Larger documents are not uploaded.`, fix)
    : note(`${says} The bridge sends smaller ones, which takes longer.`, fix);
}

function changed(what: string, { origin }: Ground): Finding {
  return fail(`${what} of requests are changed on the way.`, {
    says: 'Ask the people who run the gateway or proxy:',
    copy: `Please pass requests to ${origin?.origin} unchanged.`,
  });
}

function askFor({ origin }: Ground) {
  return inNginx(`client_max_body_size 8m;  # for ${origin?.host}`);
}

async function send(ground: Ground, size: number, gzip: boolean): Promise<Sent> {
  const began = performance.now();
  const outcome = await outcomeOf(ground, gzip ? Buffer.alloc(size, 'sallyport ') : randomBytes(size), gzip);
  return { outcome, ms: performance.now() - began };
}

async function outcomeOf(
  { shared, connectMs, signal, origin }: Ground,
  bytes: Buffer,
  gzip: boolean,
): Promise<Outcome> {
  try {
    const call = { bytes, query: {}, gzip, signal, timeoutMs: 2 * connectMs };
    return (await shared.client().call('bridgeTry', call)).rev === revOf(bytes) ? 'whole' : 'changed';
  } catch (error) {
    if (error instanceof Problem) return error.code === 'route-unknown' ? 'unknown' : 'refused';
    return interruptionOf(error, origin?.host ?? '').breakage === 'timeout' ? 'silent' : 'refused';
  }
}
