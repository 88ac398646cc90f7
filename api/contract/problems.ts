/** The one catalogue of expected failures (RFC 9457): what crosses the wire when something is refused, and what to do about it. */

/** When the same request may be sent again. */
export type Retry = 'never' | 'later' | 'after-resync' | 'after-sign-in';

interface Entry {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
  readonly retry: Retry;
  /** Whether a machine may say it of a command: nothing else that a bridge says is repeated. */
  readonly byMachine?: true;
}

export const problems = {
  // The request itself
  'json-invalid': {
    status: 400,
    title: 'The body is not valid JSON',
    hint: 'Send one JSON object in UTF-8; `pointer` or `detail` says where it breaks.',
    retry: 'never',
  },
  'body-invalid': {
    status: 400,
    title: 'The body does not fit',
    hint: '`pointer` names the field; /v1/openapi.json has the whole shape.',
    retry: 'never',
  },
  'parameter-invalid': {
    status: 400,
    title: 'A parameter does not fit',
    hint: '`pointer` names the parameter; /v1/openapi.json has its shape.',
    retry: 'never',
  },
  'digest-mismatch': {
    status: 400,
    title: 'The bytes are not those that were sent',
    hint: 'Something between changed the body: send it uncompressed.',
    retry: 'later',
  },
  'key-in-query': {
    status: 400,
    title: 'A key does not belong into a URL',
    hint: 'URLs end up in logs: send `Authorization: Bearer <key>` and revoke this key.',
    retry: 'never',
  },
  'route-unknown': { status: 404, title: 'There is nothing here', hint: 'See /docs for every call.', retry: 'never' },
  'method-unsupported': {
    status: 405,
    title: 'This call does not exist for this path',
    hint: '`Allow` lists the methods; a POST with ?_method= stands in for PUT, PATCH and DELETE.',
    retry: 'never',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    hint: '`limit` says how many bytes are taken; send less at once.',
    retry: 'never',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'This media type is not taken here',
    hint: 'Send `Content-Type: application/json`, uncompressed or gzip.',
    retry: 'never',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    hint: 'Wait for `Retry-After` seconds.',
    retry: 'later',
  },
  'too-many-bytes': {
    status: 429,
    title: 'Too many bytes are on their way',
    hint: 'Let other uploads finish, then send again after `Retry-After` seconds.',
    retry: 'later',
  },
  'too-many-held': {
    status: 429,
    title: 'Too many requests are being held at a time',
    hint: 'Close some streams or waits first; close tabs and scripts that you do not use. The operator may raise `--streams-per-person`.',
    retry: 'later',
  },

  // Who is asking
  'key-missing': {
    status: 401,
    title: 'No key was sent',
    hint: 'Send `Authorization: Bearer <key>`, or sign in with the link that `npm start` prints.',
    retry: 'after-sign-in',
  },
  'key-unknown': {
    status: 401,
    title: 'This key is not known',
    hint: 'Check it for a missing character; a key that was revoked long ago is unknown too.',
    retry: 'after-sign-in',
  },
  'key-revoked': {
    status: 401,
    title: 'This key was revoked',
    hint: 'Make a new one where this one came from.',
    retry: 'after-sign-in',
  },
  'key-expired': {
    status: 401,
    title: 'This key has expired',
    hint: 'Make a new one where this one came from.',
    retry: 'after-sign-in',
  },
  'session-ended': {
    status: 401,
    title: 'You are signed out',
    hint: 'Open a new sign-in link.',
    retry: 'after-sign-in',
  },
  'sign-in-link-spent': {
    status: 401,
    title: 'This sign-in link does not work any more',
    hint: 'A link works once, for 15 minutes. `npm start` prints a new one; so does POST /v1/sign-in-links.',
    retry: 'never',
  },
  'signed-in-already': {
    status: 409,
    title: 'Somebody else is signed in here',
    hint: 'The link is not used up. Send it again with `instead`, the id in `now.person`, to sign in as the person in `as`.',
    retry: 'never',
  },
  'password-wrong': {
    status: 401,
    title: 'E-mail and password do not fit',
    hint: 'Try again, or sign in by a link: another device of yours makes one under Settings, and so does `npm start`.',
    retry: 'never',
  },
  'passkey-refused': {
    status: 401,
    title: 'This passkey does not open anything here',
    hint: 'Take another one, or sign in in another way and add it anew under Settings.',
    retry: 'never',
  },
  'passkey-unavailable': {
    status: 409,
    title: 'Passkeys need a name',
    hint: 'Browsers give none to a bare address: open the app as http://localhost:<port>, or by its https name.',
    retry: 'never',
  },
  'passkey-unknown': { status: 404, title: 'No such passkey', hint: 'GET /v1/passkeys lists yours.', retry: 'never' },
  'way-taken': {
    status: 409,
    title: 'Somebody else signs in by this',
    hint: 'Take another one, or ask an admin to remove the other member.',
    retry: 'never',
  },
  'sign-in-again': {
    status: 403,
    title: 'Sign in again first',
    hint: 'What opens the door for long is added within 15 minutes of signing in by a password, a passkey, an invitation, or a link that an admin or the relay itself has made.',
    retry: 'never',
  },
  'oidc-off': {
    status: 404,
    title: 'This relay has no such sign-in',
    hint: 'Its operator names a provider with --oidc-issuer.',
    retry: 'never',
  },
  'oidc-failed': {
    status: 502,
    title: 'The sign-in provider did not let you in',
    hint: '`detail` says what went wrong; begin again, or sign in in another way.',
    retry: 'later',
  },
  'oidc-unknown': {
    status: 403,
    title: 'This account belongs to no member',
    hint: 'Ask an admin for an invitation, open it, and tie the account to yourself under Settings.',
    retry: 'never',
  },
  'email-taken': {
    status: 409,
    title: 'Too many members sign in by this e-mail already',
    hint: 'Take another one.',
    retry: 'never',
  },
  forbidden: {
    status: 403,
    title: 'This key may not do that',
    hint: '`detail` names the scope or role that it takes.',
    retry: 'never',
  },
  'origin-foreign': {
    status: 403,
    title: 'This request comes from another site',
    hint: 'Use the app at its own address, or a key instead of the cookie.',
    retry: 'never',
  },
  'host-unknown': {
    status: 421,
    title: 'This relay does not answer to that name',
    hint: 'Use the address that it was started with (`--public-url`).',
    retry: 'never',
  },
  'machine-removed': {
    status: 403,
    title: 'This machine was removed',
    hint: 'Register it again to get a new key.',
    retry: 'never',
  },

  // What is asked for
  'machine-unknown': { status: 404, title: 'No such machine', hint: 'GET /v1/machines lists them.', retry: 'never' },
  'feed-unknown': {
    status: 404,
    title: 'No such feed',
    hint: 'A feed is o (the organisation), p (your own) or m.<machine>.',
    retry: 'never',
  },
  'machine-ambiguous': {
    status: 409,
    title: 'Several machines have this name',
    hint: 'Use the id of one of them.',
    retry: 'never',
  },
  'project-unknown': {
    status: 404,
    title: 'No such project',
    hint: 'GET /v1/machines/:machine/projects lists them.',
    retry: 'never',
    byMachine: true,
  },
  'project-ambiguous': {
    status: 409,
    title: 'Several projects have this name',
    hint: 'Use the id of one of them.',
    retry: 'never',
    byMachine: true,
  },
  'document-unknown': {
    status: 404,
    title: 'No such document',
    hint: 'GET /v1/machines/:machine/documents lists them.',
    retry: 'never',
    byMachine: true,
  },
  'body-unknown': {
    status: 404,
    title: 'The bytes of this rev are not here',
    hint: 'They may be on their way, too large to be uploaded, or gone; read the document again.',
    retry: 'later',
  },
  'command-unknown': {
    status: 404,
    title: 'No such command',
    hint: 'A settled command is kept for 30 days.',
    retry: 'never',
  },
  'session-unknown': { status: 404, title: 'No such session', hint: 'GET /v1/sessions lists yours.', retry: 'never' },
  'invitation-unknown': {
    status: 404,
    title: 'No such invitation',
    hint: 'GET /v1/invitations lists the open ones; one that was opened or has expired is gone.',
    retry: 'never',
  },
  'person-unknown': { status: 404, title: 'No such member', hint: 'GET /v1/members lists them.', retry: 'never' },
  'owner-needed': {
    status: 409,
    title: 'An organisation keeps an owner',
    hint: 'Make somebody else an owner first.',
    retry: 'never',
  },
  'token-refused': {
    status: 400,
    title: 'The relay gives no key for this',
    hint: '`error` says why, in the words of RFC 8628.',
    retry: 'never',
  },
  'device-code-unknown': {
    status: 404,
    title: 'No machine shows this code',
    hint: 'A code works once, for 10 minutes. `sallyport login` shows a new one.',
    retry: 'never',
  },
  'key-id-unknown': { status: 404, title: 'No such key', hint: 'GET /v1/keys lists them.', retry: 'never' },

  // Offsets and sync
  'offset-invalid': {
    status: 400,
    title: 'This offset was not given by this relay',
    hint: 'Start with offset=-1 or offset=now.',
    retry: 'never',
  },
  superseded: {
    status: 409,
    title: 'A later start of this bridge has taken over',
    hint: 'Two bridges run on the same data folder, or on copies of it: stop one of them.',
    retry: 'never',
  },
  'machine-in-use': {
    status: 409,
    title: 'Another bridge is connected as this machine',
    hint: 'Stop one of the two, or register this one as a machine of its own. If you do not know the other one, its key was copied: run `sallyport login URL --replace`.',
    retry: 'later',
  },
  gap: { status: 409, title: 'Something before this is missing', hint: 'Send from `expected` on.', retry: 'later' },
  resync: {
    status: 409,
    title: 'The relay and the machine have to compare what they hold',
    hint: 'Connect again and send the manifest.',
    retry: 'after-resync',
  },
  'offset-wrong': { status: 409, title: 'The upload goes on elsewhere', hint: 'Go on from `offset`.', retry: 'later' },
  'bridge-outdated': {
    status: 426,
    title: 'This bridge is too old for the relay',
    hint: 'Update Sallyport on the machine.',
    retry: 'never',
  },

  // Commands, at the relay
  'kind-unknown': {
    status: 422,
    title: 'No such kind of command',
    hint: '/docs lists the kinds.',
    retry: 'never',
    byMachine: true,
  },
  'id-reused': {
    status: 422,
    title: 'This id belongs to another command',
    hint: 'The same id with the same content is the same command; take a new id for a new one.',
    retry: 'never',
  },
  'rev-required': {
    status: 428,
    title: 'Say which version you saw',
    hint: 'Send `ifRev` (or `If-Match`) with the rev of the document; the machine refuses if it has changed.',
    retry: 'never',
    byMachine: true,
  },
  'machine-unavailable': {
    status: 409,
    title: 'The machine is offline',
    hint: 'Try again when it is back, or send `"whenOffline": "queue"` to have it done then.',
    retry: 'later',
  },
  'machine-silent': {
    status: 504,
    title: 'The machine did not answer in time',
    hint: 'Ask again. If it stays silent, look at the log of its bridge.',
    retry: 'later',
  },
  'too-many-queries': {
    status: 429,
    title: 'Too many questions wait for this machine',
    hint: 'Ask again in some seconds. `detail` says whether your own share is used up.',
    retry: 'later',
  },
  'kind-unsupported': {
    status: 409,
    title: 'This machine cannot do that',
    hint: 'Update the bridge on the machine; `kinds` of the machine lists what it can do.',
    retry: 'never',
  },
  'queue-full': {
    status: 429,
    title: 'Too many commands are waiting for this machine',
    hint: 'Wait until the machine has taken some, or cancel some. `detail` says whether your own share is used up.',
    retry: 'later',
  },
  'not-cancellable': {
    status: 409,
    title: 'This command has already ended',
    hint: 'Undo it with a command of its own.',
    retry: 'never',
  },

  // Commands, at the machine
  conflict: {
    status: 412,
    title: 'The file is not what you saw',
    hint: 'Read it again (`currentRev` is its rev now), then decide again.',
    retry: 'after-resync',
    byMachine: true,
  },
  'policy-refused': {
    status: 403,
    title: 'The owner of this machine does not allow that',
    hint: 'Only policy.json on the machine itself can change it.',
    retry: 'never',
    byMachine: true,
  },
  'signature-needed': {
    status: 403,
    title: 'The owner of this machine wants this signed',
    hint: 'Send it from a device whose key is pinned there: `sallyport devices pin <fingerprint>` on the machine, or `sallyport send --sign`.',
    retry: 'never',
    byMachine: true,
  },
  'signature-refused': {
    status: 403,
    title: 'The signature does not count',
    hint: '`detail` says why; nothing was done. Sign it anew, on a device whose key is pinned on the machine.',
    retry: 'never',
    byMachine: true,
  },
  'device-key-unknown': {
    status: 404,
    title: 'No such device key',
    hint: 'GET /v1/device-keys lists them.',
    retry: 'never',
  },
  'device-keys-full': {
    status: 409,
    title: 'There are too many device keys',
    hint: 'Take back those of devices that are gone: one person may have 20, the organisation 200.',
    retry: 'never',
  },
  'too-many-kept': {
    status: 409,
    title: 'There is no room for another one',
    hint: '`detail` says of what. Remove those that nobody uses any more, then try again.',
    retry: 'never',
  },
  'args-invalid': {
    status: 422,
    title: 'The arguments do not fit',
    hint: '`pointer` names the field; /docs has the shape.',
    retry: 'never',
    byMachine: true,
  },
  'spec-unknown': {
    status: 404,
    title: 'No such spec',
    hint: 'Use the name of its folder, or a number that only one spec has.',
    retry: 'never',
    byMachine: true,
  },
  'spec-ambiguous': {
    status: 409,
    title: 'Several specs have this name or number',
    hint: "Use the path of the spec's folder in the project, which `detail` names.",
    retry: 'never',
    byMachine: true,
  },
  'task-ambiguous': {
    status: 409,
    title: 'Several tasks have this number',
    hint: 'Send the line and the text of the task too (`line`, `text`).',
    retry: 'never',
    byMachine: true,
  },
  'task-unknown': {
    status: 404,
    title: 'No such task',
    hint: 'Read the document again: the line, the text or the number is another now.',
    retry: 'after-resync',
    byMachine: true,
  },
  'edit-refused': {
    status: 422,
    title: 'The format does not allow this change',
    hint: '`detail` names the rule; `"force": true` overrides it where the rule may be overridden.',
    retry: 'never',
    byMachine: true,
  },
  'file-unparsable': {
    status: 422,
    title: 'The file cannot be edited safely',
    hint: '`detail` says what is wrong with it; mend it on the machine.',
    retry: 'never',
    byMachine: true,
  },
  'file-too-large': {
    status: 422,
    title: 'The file is too large',
    hint: 'Read it on the machine.',
    retry: 'never',
    byMachine: true,
  },
  withheld: {
    status: 403,
    title: 'The content of this file stays on the machine',
    hint: 'A file that looks like a secret never leaves. Another type leaves once .sallyport/upload in the project names it.',
    retry: 'never',
    byMachine: true,
  },
  'path-refused': {
    status: 422,
    title: 'This path is not part of the project',
    hint: 'Only files inside the project can be read or written, and never through a link that leaves it.',
    retry: 'never',
    byMachine: true,
  },
  'file-failed': {
    status: 500,
    title: 'The machine could not read or write the file',
    hint: '`detail` is the cause; the file is as it was.',
    retry: 'later',
    byMachine: true,
  },
  'command-failed': {
    status: 422,
    title: 'The machine could not do that',
    hint: '`problem` is what the machine says; the log of its bridge may say more.',
    retry: 'never',
  },
  'no-space': {
    status: 507,
    title: 'The machine has no space left',
    hint: 'Nothing was changed. Free some space on the machine, then send it again.',
    retry: 'later',
    byMachine: true,
  },
  interrupted: {
    status: 500,
    title: 'The bridge was ended midway',
    hint: 'Read the document: it may or may not have been changed.',
    retry: 'after-resync',
    byMachine: true,
  },
  'command-expired': {
    status: 409,
    title: 'The command had expired',
    hint: 'Send it again.',
    retry: 'never',
    byMachine: true,
  },
  'command-cancelled': {
    status: 409,
    title: 'The command was cancelled',
    hint: 'It had not begun, and nothing was changed; send it again if it is still wanted.',
    retry: 'never',
    byMachine: true,
  },
  'command-timeout': {
    status: 504,
    title: 'The command took too long',
    hint: 'Read the document: it may or may not have been changed.',
    retry: 'after-resync',
    byMachine: true,
  },

  // The relay itself
  defect: {
    status: 500,
    title: 'Something went wrong here',
    hint: 'It is logged under the request id in `request`; nothing was half done.',
    retry: 'later',
  },
  'store-away': {
    status: 503,
    title: 'The store cannot be reached',
    hint: 'Nothing is lost; wait for `Retry-After` seconds.',
    retry: 'later',
  },
  'backup-elsewhere': {
    status: 409,
    title: 'This relay stores its data in Redis',
    hint: 'Back up Redis itself: run BGSAVE there and copy dump.rdb, or copy its append-only folder.',
    retry: 'never',
  },
  'shutting-down': {
    status: 503,
    title: 'The relay is restarting',
    hint: 'Wait for `Retry-After` seconds.',
    retry: 'later',
  },
} as const satisfies Record<string, Entry>;

export type ProblemCode = keyof typeof problems;

/** A problem as it crosses the wire: RFC 9457 members, `code`, `hint`, `retry`, the request id, and what the code adds (`pointer`, `currentRev`, `expected`, `offset`, `limit` …). */
export interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly retry: Retry;
  readonly detail?: string;
  readonly instance?: string;
  readonly request?: string;
  readonly [extension: string]: unknown;
}

/** An expected failure. Thrown anywhere in the middle, caught once a side; `extra` holds what the code adds. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly detail: string | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(code: ProblemCode, detail?: string, extra: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(detail ?? problems[code].title, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
    this.extra = extra;
  }

  get status(): number {
    return problems[this.code].status;
  }

  /** The body of the answer, without `p`, `instance` and `request`, which only the edge knows. */
  toJson(): ProblemJson {
    const { status, title, hint, retry } = problems[this.code];
    const type = `/docs#problem-${this.code}`;
    const detail = this.detail === undefined ? {} : { detail: this.detail };
    // What a code adds may name the next step better; it never speaks for the catalogue otherwise.
    const own = typeof this.extra.hint === 'string' ? this.extra.hint : hint;
    return { ...this.extra, type, title, status, code: this.code, hint: own, retry, ...detail };
  }
}

/** Whether a code read from the wire is one of ours. */
export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(problems, code);
}

/** Whether a machine may say this code of a command. */
export function isMachineCode(code: unknown): code is ProblemCode {
  return isProblemCode(code) && 'byMachine' in problems[code];
}
