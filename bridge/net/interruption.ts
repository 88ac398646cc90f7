/** A failure of the network during a call, with one sentence that names the cause. An interruption is never an answer: it becomes a state of the link, and the call is repeated. */
import { reasonOf } from '#contract/reason.ts';

/** How a call failed. `away`: nothing accepted a connection. `refused`: before it began (a proxy, a certificate). `cut`: while it was held or running. `timeout`: no answer in time. `answered`: by something that is not the relay, or by a relay with a failure. `dropped`: by ourselves. */
export type Breakage = 'away' | 'cut' | 'timeout' | 'refused' | 'answered' | 'dropped';

/** A call that the network broke off; the message is the sentence. */
export class Interruption extends Error {
  override readonly name = 'Interruption';
  readonly breakage: Breakage;
  /** HTTP status, if something answered. */
  readonly status: number | undefined;
  /** Ms to wait, as the answer asks. */
  readonly retryAfterMs: number;
  /** A gateway has answered that it does not reach the relay. */
  readonly isAwayBehind: boolean;

  constructor(
    sentence: string,
    about: { breakage: Breakage; status?: number; retryAfterMs?: number; isAwayBehind?: boolean; cause?: unknown },
  ) {
    super(sentence, about.cause === undefined ? undefined : { cause: about.cause });
    this.breakage = about.breakage;
    this.status = about.status;
    this.retryAfterMs = about.retryAfterMs ?? 0;
    this.isAwayBehind = about.isAwayBehind ?? false;
  }
}

const caHint = 'give its root certificate with --ca or NODE_EXTRA_CA_CERTS';

/** What an error code of Node or undici means, for a connection to `where`. */
const sentences: Readonly<Record<string, readonly [Breakage, (where: string) => string]>> = {
  ENOTFOUND: [
    'away',
    (where) =>
      `The name of ${where} is not known to DNS. Is it spelled right? Where only a proxy knows it, set HTTPS_PROXY.`,
  ],
  EAI_AGAIN: ['away', (where) => `DNS does not answer for ${where}: there may be no network.`],
  ECONNREFUSED: ['away', (where) => `Nothing listens at ${where}.`],
  EHOSTUNREACH: ['away', (where) => `There is no way to ${where}.`],
  ENETUNREACH: ['away', (where) => `There is no network to reach ${where}.`],
  ECONNRESET: ['cut', (where) => `The connection to ${where} was reset.`],
  EPIPE: ['cut', (where) => `The connection to ${where} was closed while sending.`],
  UND_ERR_SOCKET: ['cut', (where) => `The connection to ${where} was closed before the answer.`],
  ETIMEDOUT: ['away', (where) => `No connection to ${where} within the time.`],
  UND_ERR_CONNECT_TIMEOUT: ['away', (where) => `No connection to ${where} within the time.`],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', (where) => `No answer from ${where} within the time.`],
  UND_ERR_BODY_TIMEOUT: ['timeout', (where) => `The answer of ${where} stopped midway.`],
  UND_ERR_DESTROYED: ['dropped', (where) => `The connection to ${where} was dropped here, to begin afresh.`],
  UND_ERR_CLOSED: ['dropped', (where) => `The connection to ${where} was closed here, to begin afresh.`],
  UND_ERR_ABORTED: ['dropped', (where) => `The call to ${where} was given up here.`],
  CERT_HAS_EXPIRED: ['refused', (where) => `The certificate of ${where} has expired (or this clock is wrong).`],
  CERT_NOT_YET_VALID: ['refused', (where) => `The certificate of ${where} is not valid yet: is this clock right?`],
  ERR_TLS_CERT_ALTNAME_INVALID: ['refused', (where) => `The certificate shown for ${where} is for another name.`],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'refused',
    (where) => `TLS to ${where} is intercepted, or its authority is unknown here: ${caHint}.`,
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['refused', (where) => `The certificate of ${where} is self-signed: ${caHint}.`],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'refused',
    (where) => `The authority behind the certificate of ${where} is unknown here: ${caHint}.`,
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'refused',
    (where) => `The authority behind the certificate of ${where} is unknown here: ${caHint}.`,
  ],
  UNABLE_TO_GET_ISSUER_CERT: [
    'refused',
    (where) => `The authority behind the certificate of ${where} is unknown here: ${caHint}.`,
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: ['refused', (where) => `${where} does not speak TLS: is it http:// ?`],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['refused', (where) => `${where} does not speak TLS: is it http:// ?`],
};

/** Any error of a connection as an interruption; an interruption is returned unchanged. */
export function interruptionOf(error: unknown, where: string): Interruption {
  if (error instanceof Interruption) return error;
  const code = codeOf(error);
  const known = code === undefined ? undefined : sentences[code];
  if (known) return new Interruption(known[1](where), { breakage: known[0], cause: error });
  return new Interruption(`The connection to ${where} failed: ${reasonOf(error)}.`, {
    breakage: 'cut',
    cause: error,
  });
}

/** Whether the certificate that was shown has no authority that this machine knows. */
export function isDistrust(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return sentences[code]?.[1]('').includes(caHint) ?? false;
}

/** The first known code of an error, its causes or its parts (Happy Eyeballs fails with an AggregateError). */
function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const parts = at instanceof AggregateError ? [at, ...at.errors] : [at];
    for (const part of parts) {
      const code: unknown = part instanceof Error && 'code' in part ? part.code : undefined;
      if (typeof code === 'string' && code in sentences) return code;
    }
  }
  return undefined;
}
