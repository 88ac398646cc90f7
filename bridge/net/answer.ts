/** Reads the answer to a call: the relay's answer, its problem, or the answer of something else on the network. */
import type { Dispatcher } from 'undici';
import * as v from 'valibot';
import { printable } from '#contract/printable.ts';
import { isProblemCode, Problem } from '#contract/problems.ts';
import { type RouteName, routes } from '#contract/routes.ts';
import { FIRST_PROTOCOL, PROTOCOL } from '#contract/version.ts';
import { retryAfterMs } from './backoff.ts';
import { Interruption } from './interruption.ts';

/** The text of an answer's body. Throws as `readBytes` does. */
export async function readAnswer(answer: Dispatcher.ResponseData, bytesMax: number, where: string) {
  return (await readBytes(answer, bytesMax, where)).toString('utf8');
}

/** An answer's body. Throws an Interruption if it is longer than `bytesMax`, without reading the rest. */
export async function readBytes({ body, headers }: Dispatcher.ResponseData, bytesMax: number, where: string) {
  const chunks: Buffer[] = [];
  let size = Number(headers['content-length'] ?? 0);
  if (size <= bytesMax) {
    size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > bytesMax) break;
      chunks.push(chunk);
    }
  }
  if (size > bytesMax) {
    body.on('error', () => undefined).destroy();
    throw new Interruption(`${where} answered with more than ${bytesMax} bytes; it was cut.`, { breakage: 'answered' });
  }
  return Buffer.concat(chunks);
}

/** The answer to a call, typed. Throws the relay's Problem, or an Interruption if something else answered or the relay has a failure. */
export function parseAnswer(
  name: RouteName,
  { statusCode: status, headers }: Pick<Dispatcher.ResponseData, 'statusCode' | 'headers'>,
  text: string,
  where: string,
) {
  const retry = retryAfterMs(single(headers['retry-after']), Date.now());
  const broken = { breakage: 'answered', status, retryAfterMs: retry } as const;
  const foreign = (sentence: string, cause?: unknown) => new Interruption(sentence, { ...broken, cause });
  const answer = parseObject(text);
  if (answer?.p === FIRST_PROTOCOL)
    throw foreign(`${where} is a relay of the first edition (0.1). Update it; this bridge goes on by itself then.`);
  if (isNewer(answer?.p))
    throw foreign(`${where} is a relay of a newer edition (${answer?.p}). Update Sallyport on this machine.`);
  if (answer?.p !== PROTOCOL)
    throw new Interruption(strangerSentence(status, headers, where), {
      ...broken,
      isAwayBehind: gatewayErrors.has(status),
    });
  if (status >= 400) throw problemOf(answer, status, foreign);
  const route = routes[name];
  if (status >= 300 || !('answer' in route)) throw foreign(`${where} answered ${name} with ${status}.`);
  const parsed = v.safeParse(route.answer, answer);
  if (!parsed.success) throw foreign(`${where} answered ${name} in a shape that does not fit.`, parsed.issues);
  return parsed.output;
}

/** Whether a relay says that it speaks a later edition of the protocol than this bridge. */
function isNewer(said: unknown): said is string {
  const [name, edition] = PROTOCOL.split('/');
  const [, theirs = '0'] = (typeof said === 'string' && new RegExp(`^${name}/(\\d{1,3})$`).exec(said)) || [];
  return Number(theirs) > Number(edition);
}

/** By these a gateway says that it does not reach the relay. */
const gatewayErrors: ReadonlySet<number> = new Set([502, 503, 504]);

/** A text parsed as a JSON object; undefined if it is anything else. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return { ...value };
  } catch {
    return undefined;
  }
}

/** Longest text of a relay's problem that is kept, in UTF-16 units. */
const sentenceLengthMax = 1000;

function problemOf(
  answer: Record<string, unknown>,
  status: number,
  foreign: (sentence: string) => Interruption,
): Problem | Interruption {
  const { code, title, detail, p: _p, type: _type, status: _status, hint: _hint, retry: _retry, ...extra } = answer;
  const said = (part: unknown) => (typeof part === 'string' ? printable(part, sentenceLengthMax) : undefined);
  const sentence = [said(title), said(detail)].filter((part) => part !== undefined).join(': ');
  if (status >= 500 || status === 429 || !isProblemCode(code))
    return foreign(`The relay says: ${sentence} (${status}).`);
  return new Problem(code, said(detail), extra);
}

/** Says what answered in place of the relay. */
function strangerSentence(status: number, headers: Dispatcher.ResponseData['headers'], where: string): string {
  const location = single(headers.location);
  if (status >= 300 && status < 400 && location !== undefined) {
    const target = URL.parse(location, `http://${where}`)?.origin ?? 'another address';
    return `Something between here and ${where} redirects to ${target}; it was not followed (is a sign-in page in the way, or is the address another?).`;
  }
  if (status === 511) return `The network wants a sign-in first (511): open a page in a browser.`;
  const type = printable(single(headers['content-type'])?.split(';', 1)[0] ?? 'nothing', 100);
  if (status >= 500) return `A gateway before ${where} answered ${status}: the relay may be restarting.`;
  return `Something between here and ${where} answered ${status} with ${type} in the relay's place (a sign-in page or a filter?).`;
}

function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
