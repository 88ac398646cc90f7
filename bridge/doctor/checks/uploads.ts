/** How large a request the network lets through, and whether it arrives as it was sent. */
import { randomBytes } from 'node:crypto';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { revOf } from '../../rev.ts';
import { type Check, type Finding, fail, type Ground, note, ok, skipped } from '../check.ts';

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

type Outcome = 'whole' | 'changed' | 'refused' | 'unknown';

export const uploads: Check = {
  name: 'uploads',
  title: 'Uploads',
  group: 'Relay',
  after: ['key'],
  exitCode: 4,
  limitMs: ({ connectMs }) => 6 * connectMs + 20_000,
  run: async (ground) => {
    for (const size of sizes) {
      const outcome = await send(ground, size, false);
      if (outcome === 'unknown') return skipped('The relay is too old to be tried.');
      if (outcome === 'changed') return changed('Bodies', ground);
      if (outcome === 'whole') return await passed(ground, size);
    }
    return fail('No request with a body reaches the relay.', askFor(ground));
  },
};

async function passed(ground: Ground, size: number): Promise<Finding> {
  if (size < limits.ingestBytesMax) return smaller(ground, size);
  const zipped = await send(ground, 64 * kib, true);
  if (zipped === 'whole') return ok(`Requests of ${size / kib} KiB pass.`);
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
  return {
    says: 'In nginx before the relay; for another gateway ask its people for the same:',
    copy: `client_max_body_size 8m;  # for ${origin?.host}`,
  };
}

async function send({ shared, connectMs, signal }: Ground, size: number, gzip: boolean): Promise<Outcome> {
  const bytes = gzip ? Buffer.alloc(size, 'sallyport ') : randomBytes(size);
  try {
    const answer = await shared
      .client()
      .call('bridgeTry', { bytes, query: {}, gzip, signal, timeoutMs: 2 * connectMs });
    return answer.rev === revOf(bytes) ? 'whole' : 'changed';
  } catch (error) {
    return error instanceof Problem && error.code === 'route-unknown' ? 'unknown' : 'refused';
  }
}
