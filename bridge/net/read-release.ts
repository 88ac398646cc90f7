/** Reads from a release address which version of Sallyport is the newest. */
import { Agent } from 'undici';
import * as v from 'valibot';
import { shownAddress } from '#contract/address-parts.ts';
import { limits } from '#contract/limits.ts';
import { VERSION } from '#contract/version.ts';
import { readAnswer } from './answer.ts';
import { createConnector } from './connect.ts';
import { Interruption, interruptionOf } from './interruption.ts';
import { targetOf } from './target.ts';
import type { WayFinder } from './ways.ts';

/** `releases.json`, which `npm run release` writes. */
const Release = v.object({
  name: v.literal('sallyport'),
  version: v.pipe(v.string(), v.maxLength(50), v.regex(/^\d+\.\d+\.\d+(-[\w.]+)?$/)),
});

const bytesMax = 64 * 1024;

/** The newest version. Throws an Interruption that says why it is not known. */
export async function readRelease(address: URL, proxy: WayFinder): Promise<string> {
  const dispatcher = new Agent({ connect: createConnector({ proxy }), allowH2: false });
  const where = address.host;
  try {
    const headers = { accept: 'application/json', 'user-agent': `sallyport/${VERSION}` };
    const signal = AbortSignal.timeout(limits.callMs);
    const answered = await dispatcher.request({
      ...targetOf(address),
      method: 'GET',
      headers,
      signal,
    });
    if (answered.statusCode !== 200)
      throw new Interruption(`${shownAddress(address.href)} answered ${answered.statusCode}.`, {
        breakage: 'answered',
      });
    return parseRelease(await readAnswer(answered, bytesMax, where), address);
  } catch (error) {
    throw error instanceof Interruption ? error : interruptionOf(error, where);
  } finally {
    void dispatcher.destroy().catch(() => undefined);
  }
}

function parseRelease(text: string, address: URL): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = v.safeParse(Release, json);
  if (parsed.success) return parsed.output.version;
  throw new Interruption(
    `${shownAddress(address.href)} answered something else than the releases of Sallyport. It takes the address of a releases.json.`,
    { breakage: 'answered' },
  );
}

/** Whether a version comes after another: by its numbers, then a finished one after its previews. */
export function isNewer(one: string, other: string): boolean {
  const [[mine, preview], [theirs, otherPreview]] = [partsOf(one), partsOf(other)];
  const at = mine.findIndex((number, index) => number !== theirs[index]);
  if (at !== -1) return (mine[at] ?? 0) > (theirs[at] ?? 0);
  if (preview === '' || otherPreview === '') return preview === '' && otherPreview !== '';
  return preview.localeCompare(otherPreview, 'en', { numeric: true }) > 0;
}

function partsOf(version: string): readonly [numbers: readonly number[], preview: string] {
  const [numbers = '', ...preview] = version.split('-');
  return [numbers.split('.').map(Number), preview.join('-')];
}
