/** The catalogue of expected failures (RFC 9457): what the wire carries when something is refused, and what to do about it. */

/** When the same request may be sent again. */
export type Retry = 'never' | 'later' | 'after-resync' | 'after-sign-in';

interface Entry {
  readonly status: number;
  readonly title: string;
  readonly hint: string;
  readonly retry: Retry;
  /** Whether a machine may use it for a command. Other codes of a bridge become `command-failed`. */
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
    title: 'The body is invalid',
    hint: '`pointer` names the field; /v1/openapi.json describes the body.',
    retry: 'never',
  },
  'parameter-invalid': {
    status: 400,
    title: 'A parameter is invalid',
    hint: '`pointer` names the parameter; /v1/openapi.json describes it.',
    retry: 'never',
  },
  'digest-mismatch': {
    status: 400,
    title: 'The bytes do not match their digest',
    hint: 'Something on the network changed the body. Send it uncompressed.',
    retry: 'later',
  },
  'key-in-query': {
    status: 400,
    title: 'Do not put a key in a URL',
    hint: 'URLs end up in logs. Revoke this key, and send the next one as `Authorization: Bearer <key>`.',
    retry: 'never',
  },
  'route-unknown': { status: 404, title: 'Not found', hint: 'See /docs for every call.', retry: 'never' },
  'method-unsupported': {
    status: 405,
    title: 'This path does not support that method',
    hint: '`Allow` lists the methods; you can send PUT, PATCH and DELETE as a POST with ?_method=.',
    retry: 'never',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    hint: '`limit` is the maximum in bytes. Send less at once.',
    retry: 'never',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'This media type is not supported',
    hint: 'Send `Content-Type: application/json`, uncompressed or gzip.',
    retry: 'never',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    hint: 'Try again after `Retry-After` seconds.',
    retry: 'later',
  },
  'too-many-bytes': {
    status: 429,
    title: 'Too many uploads at once',
    hint: 'Wait for other uploads to finish, then try again after `Retry-After` seconds.',
    retry: 'later',
  },
  'too-many-held': {
    status: 429,
    title: 'Too many open streams and waiting requests',
    hint: 'Close tabs, streams and scripts that you do not use. The operator can raise `--streams-per-person`.',
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
    title: 'Unknown key',
    hint: 'Check the key for missing characters. It may also have been revoked long ago.',
    retry: 'after-sign-in',
  },
  'key-revoked': {
    status: 401,
    title: 'This key was revoked',
    hint: 'Create a new key where you created this one.',
    retry: 'after-sign-in',
  },
  'key-expired': {
    status: 401,
    title: 'This key has expired',
    hint: 'Create a new key where you created this one.',
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
    title: 'This sign-in link no longer works',
    hint: 'A link works once, within 15 minutes. `npm start` prints a new one, and POST /v1/sign-in-links creates one.',
    retry: 'never',
  },
  'signed-in-already': {
    status: 409,
    title: 'Someone else is signed in here',
    hint: 'The link is not used up. Send it again with `instead`, the id in `now.person`, to sign in as the person in `as`.',
    retry: 'never',
  },
  'password-wrong': {
    status: 401,
    title: 'Incorrect e-mail or password',
    hint: 'Try again, or sign in with a link. You can create one on a signed-in device under You, or with `npm start`.',
    retry: 'never',
  },
  'passkey-refused': {
    status: 401,
    title: 'This passkey is not registered here',
    hint: 'Use another passkey, or sign in another way and add this one in your profile.',
    retry: 'never',
  },
  'passkey-unavailable': {
    status: 409,
    title: 'Passkeys need a host name',
    hint: 'Passkeys do not work with an IP address. Open the app as http://localhost:<port> or by its https name.',
    retry: 'never',
  },
  'passkey-unknown': { status: 404, title: 'No such passkey', hint: 'GET /v1/passkeys lists yours.', retry: 'never' },
  'way-taken': {
    status: 409,
    title: 'Already in use',
    hint: 'Another member signs in with this. Use another one, or ask an admin to remove that member.',
    retry: 'never',
  },
  'sign-in-again': {
    status: 403,
    title: 'Sign in again first',
    hint: 'You can add a password, passkey or account only within 15 minutes of signing in with a password, a passkey, an invitation, or a link created by an admin or by the relay itself.',
    retry: 'never',
  },
  'oidc-off': {
    status: 404,
    title: 'This relay has no sign-in provider',
    hint: 'The operator can set one with --oidc-issuer.',
    retry: 'never',
  },
  'oidc-failed': {
    status: 502,
    title: 'The sign-in provider did not let you in',
    hint: '`detail` says what went wrong. Try again, or sign in another way.',
    retry: 'later',
  },
  'oidc-unknown': {
    status: 403,
    title: 'This account belongs to no member',
    hint: 'Ask an admin for an invitation, open it, then link the account in your profile.',
    retry: 'never',
  },
  'email-taken': {
    status: 409,
    title: 'Too many members already use this e-mail',
    hint: 'Use another e-mail.',
    retry: 'never',
  },
  forbidden: {
    status: 403,
    title: 'This key may not do that',
    hint: '`detail` names the scope or role that is required.',
    retry: 'never',
  },
  'origin-foreign': {
    status: 403,
    title: 'This request comes from another site',
    hint: 'Open the app at its own address, or use a key instead of the cookie.',
    retry: 'never',
  },
  'host-unknown': {
    status: 421,
    title: 'This relay does not serve that host name',
    hint: 'Use the address from `--public-url`.',
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
  'too-many-projects': {
    status: 409,
    title: 'This machine watches as many projects as it can',
    hint: 'Remove a project first: DELETE /v1/machines/:machine/projects/:project.',
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
    title: 'The relay does not have the bytes of this rev',
    hint: 'They may still be uploading, be too large, or have been deleted. Read the document again.',
    retry: 'later',
  },
  'command-unknown': {
    status: 404,
    title: 'No such command',
    hint: 'Commands are kept for 30 days after they end.',
    retry: 'never',
  },
  'record-unknown': {
    status: 404,
    title: 'No such record',
    hint: 'GET /v1/records and GET /v1/machines/:machine/records list those that you may read.',
    retry: 'never',
    byMachine: true,
  },
  'record-ambiguous': {
    status: 409,
    title: 'Several machines have a record with this id',
    hint: 'Read it at GET /v1/machines/:machine/records/:record. `machines` names them.',
    retry: 'never',
  },
  'channel-unknown': {
    status: 404,
    title: 'No such channel',
    hint: 'GET /v1/machines/:machine/records lists what runs. Only a record of a kind with a channel has one.',
    retry: 'never',
  },
  'snapshot-gone': {
    status: 404,
    title: 'This snapshot of the channel is gone',
    hint: 'A newer one has taken its place. Follow the channel from offset=-1.',
    retry: 'never',
  },
  'session-unknown': { status: 404, title: 'No such session', hint: 'GET /v1/sessions lists yours.', retry: 'never' },
  'invitation-unknown': {
    status: 404,
    title: 'No such invitation',
    hint: 'GET /v1/invitations lists the open ones. Opened and expired invitations are deleted.',
    retry: 'never',
  },
  'person-unknown': { status: 404, title: 'No such member', hint: 'GET /v1/members lists them.', retry: 'never' },
  'owner-needed': {
    status: 409,
    title: 'An organisation needs an owner',
    hint: 'Make someone else an owner first.',
    retry: 'never',
  },
  'token-refused': {
    status: 400,
    title: 'The relay did not issue a key',
    hint: '`error` is the error code of RFC 8628.',
    retry: 'never',
  },
  'device-code-unknown': {
    status: 404,
    title: 'This code is not valid',
    hint: 'A code works once, within 10 minutes. Run `sallyport login` on the machine for a new one.',
    retry: 'never',
  },
  'key-id-unknown': { status: 404, title: 'No such key', hint: 'GET /v1/keys lists them.', retry: 'never' },

  // Offsets and sync
  'offset-invalid': {
    status: 400,
    title: 'This is no offset of a feed',
    hint: 'Send -1 for the start, now for the end, or an offset as the relay gave it.',
    retry: 'never',
  },
  superseded: {
    status: 409,
    title: 'A newer start of this bridge has taken over',
    hint: 'Two bridges use the same data folder, or copies of it. Stop one of them.',
    retry: 'never',
  },
  'machine-in-use': {
    status: 409,
    title: 'Another bridge is connected as this machine',
    hint: 'Stop one of the two, or register this one as a separate machine. If you do not know the other one, the key was copied: run `sallyport login URL --replace`.',
    retry: 'later',
  },
  gap: {
    status: 409,
    title: 'What was sent before this is missing',
    hint: 'Send again, numbered from `expected` on.',
    retry: 'later',
  },
  'channel-closed': {
    status: 409,
    title: 'This channel has ended',
    hint: 'The program behind it has ended. Start another one.',
    retry: 'never',
  },
  'channel-sealed': {
    status: 409,
    title: 'This channel takes only sealed inputs',
    hint: 'The policy of its machine wants terminals signed. Type from the app, or with sallyport attach, on a device that is pinned there.',
    retry: 'never',
  },
  'machine-changed': {
    status: 409,
    title: 'The machine has another key than this device knows of it',
    hint: 'Somebody may be playing the machine. Nothing was opened, and nothing was typed.',
    retry: 'never',
  },
  'seal-missing': {
    status: 409,
    title: 'This terminal is not sealed, and it should be',
    hint: 'Somebody may want to read what you type. Nothing was typed.',
    retry: 'never',
  },
  'sealing-key-missing': {
    status: 409,
    title: 'This device has no sealing key that the machine can check',
    hint: 'The app and sallyport register it by themselves. Reload the app, or update sallyport on this device, and try again.',
    retry: 'never',
  },
  'inputs-unsupported': {
    status: 409,
    title: 'This channel takes no inputs',
    hint: 'It can only be read.',
    retry: 'never',
  },
  'too-many-inputs': {
    status: 429,
    title: 'Too many inputs',
    hint: 'Send several keys in one request, and all of a tab or script by one producer.',
    retry: 'later',
  },
  resync: {
    status: 409,
    title: 'The machine must resync with the relay',
    hint: 'Connect again and send the manifest.',
    retry: 'after-resync',
  },
  'offset-wrong': {
    status: 409,
    title: 'The upload continues at another offset',
    hint: 'Continue from `offset`.',
    retry: 'later',
  },
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
    title: 'This id is taken',
    hint: 'Use a new id for something new. Repeat an id only with the same content.',
    retry: 'never',
  },
  'rev-required': {
    status: 428,
    title: 'Say which version you saw',
    hint: 'Send `ifRev` (or `If-Match`) with the rev of the document. The machine refuses the change if the document has a newer rev.',
    retry: 'never',
    byMachine: true,
  },
  'machine-unavailable': {
    status: 409,
    title: 'The machine is offline',
    hint: 'Try again when it is back online, or send `"whenOffline": "queue"` to run the command then.',
    retry: 'later',
  },
  'machine-silent': {
    status: 504,
    title: 'The machine did not answer in time',
    hint: 'Ask again. If it stays silent, check the log of its bridge.',
    retry: 'later',
  },
  'too-many-queries': {
    status: 429,
    title: 'Too many queries are waiting',
    hint: 'Try again in a few seconds. `detail` says whether you have used up your own share.',
    retry: 'later',
  },
  'kind-unsupported': {
    status: 409,
    title: 'This machine cannot do that',
    hint: 'Update the bridge on the machine. The machine’s `kinds` lists what it supports.',
    retry: 'never',
  },
  'queue-full': {
    status: 429,
    title: 'Too many commands are waiting for this machine',
    hint: 'Wait until the machine has taken some, or cancel some. `detail` says whether you have used up your own share.',
    retry: 'later',
  },
  'not-cancellable': {
    status: 409,
    title: 'This command has already ended',
    hint: 'Send another command to undo it.',
    retry: 'never',
  },

  'record-changed': {
    status: 412,
    title: 'The record has changed since you read it',
    hint: 'Read it again (`currentRev` is its current rev), then try again.',
    retry: 'after-resync',
  },
  // Commands, at the machine
  conflict: {
    status: 412,
    title: 'The file has changed since you read it',
    hint: 'Read it again (`currentRev` is its current rev), then try again.',
    retry: 'after-resync',
    byMachine: true,
  },
  'policy-refused': {
    status: 403,
    title: 'The owner of this machine does not allow that',
    hint: 'Only its owner can change this, with a line of policy.json in the bridge’s data folder there (docs/setup.md, part 5).',
    retry: 'never',
    byMachine: true,
  },
  'signature-needed': {
    status: 403,
    title: 'The owner of this machine requires a signature',
    hint: 'Send it from a device whose key is pinned there: `sallyport devices pin <fingerprint>` on the machine, or `sallyport send --sign`.',
    retry: 'never',
    byMachine: true,
  },
  'signature-refused': {
    status: 403,
    title: 'The signature is not valid',
    hint: 'Nothing was changed. Sign again on a device whose key is pinned on the machine.',
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
    title: 'Too many device keys',
    hint: 'Remove the keys of devices that you no longer use. A person may have 20, an organisation 200.',
    retry: 'never',
  },
  'too-many-kept': {
    status: 409,
    title: 'The limit is reached',
    hint: '`detail` says which limit. Remove the ones you no longer need, then try again.',
    retry: 'never',
  },
  'push-device-unknown': {
    status: 404,
    title: 'This device is not notified',
    hint: 'Its push service may have ended the subscription. Turn notifications on again on the device.',
    retry: 'never',
  },
  'notice-unknown': {
    status: 404,
    title: 'This notice is gone',
    hint: 'It was settled meanwhile. The Inbox shows what waits now.',
    retry: 'never',
  },
  'webhook-unknown': {
    status: 404,
    title: 'There is no such webhook',
    hint: 'GET /v1/webhooks lists them.',
    retry: 'never',
  },
  'outbound-refused': {
    status: 422,
    title: 'The relay does not send to this address',
    hint: 'Give a public https:// address. The relay’s owner can allow others with --allow-outbound host:port.',
    retry: 'never',
  },
  'args-invalid': {
    status: 422,
    title: 'The arguments are invalid',
    hint: '`pointer` names the field; /docs describes it.',
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
    hint: "Use the path of the spec's folder. `detail` lists the choices.",
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
    hint: 'Read the document again: the line, text or number of the task has changed.',
    retry: 'after-resync',
    byMachine: true,
  },
  'edit-refused': {
    status: 422,
    title: 'The format does not allow this change',
    hint: '`detail` names the rule. `"force": true` overrides it if the rule can be overridden.',
    retry: 'never',
    byMachine: true,
  },
  'steering-unknown': {
    status: 404,
    title: 'No such steering document',
    hint: 'GET …/steering lists those that exist. PUT with `If-None-Match: *` writes it.',
    retry: 'never',
    byMachine: true,
  },
  'approval-unknown': {
    status: 404,
    title: 'No such approval',
    hint: 'GET /v1/machines/:machine/projects/:project/approvals lists them. An agent removes an approval once it has read the decision.',
    retry: 'never',
    byMachine: true,
  },
  'approval-ambiguous': {
    status: 409,
    title: 'Several approvals have this id',
    hint: 'Name it as category/id; `detail` lists them.',
    retry: 'never',
    byMachine: true,
  },
  'job-unknown': {
    status: 404,
    title: 'There is no such job',
    hint: 'Ask job-list for the jobs of the machine. A job belongs to one tool, which `tool` names.',
    retry: 'never',
    byMachine: true,
  },
  'plan-changed': {
    status: 412,
    title: 'The plan of the job is different now',
    hint: 'Nothing was moved. Ask job-plan again, read it, and send its `planRev` as `ifRev`.',
    retry: 'never',
    byMachine: true,
  },
  'confirmation-missing': {
    status: 422,
    title: 'The active specs are not confirmed',
    hint: '`confirm` must name all active specs that the plan lists, and no others. Nothing was moved.',
    retry: 'never',
    byMachine: true,
  },
  'cwd-unavailable': {
    status: 409,
    title: 'The folder to start in is not there',
    hint: '`cwd` is relative to the project, or to the home folder without one. It must be a folder that the bridge may enter.',
    retry: 'never',
    byMachine: true,
  },
  'program-not-found': {
    status: 422,
    title: 'There is no such program on the machine',
    hint: 'It is looked for in the PATH of the login shell. A path must lead to an executable file (chmod +x).',
    retry: 'never',
    byMachine: true,
  },
  'program-not-started': {
    status: 422,
    title: 'The program could not be started',
    hint: '`detail` says why. Nothing runs.',
    retry: 'later',
    byMachine: true,
  },
  'terminal-unavailable': {
    status: 409,
    title: 'This machine cannot open terminals',
    hint: '`sallyport doctor` on the machine says why. Commands still run (exec).',
    retry: 'never',
    byMachine: true,
  },
  'too-many-runs': {
    status: 409,
    title: 'Too many commands run on this machine',
    hint: '`detail` lists them. Wait for one to end, or stop one: `sallyport stop ID`, Stop in the app, or cancel its command, which GET /v1/records/:id has as `meta.command`.',
    retry: 'later',
    byMachine: true,
  },
  'too-many-terminals': {
    status: 409,
    title: 'Too many terminals are open on this machine',
    hint: '`detail` lists them. Close one first: `sallyport stop ID`, Close in the app, or the command `terminal-close`.',
    retry: 'never',
    byMachine: true,
  },
  'approval-gone': {
    status: 409,
    title: 'The approval is no longer there',
    hint: 'The agent has withdrawn it, or has taken the decision and removed it. Nothing was written.',
    retry: 'never',
    byMachine: true,
  },
  'already-decided': {
    status: 409,
    title: 'The approval has been decided already',
    hint: '`detail` says how. To decide again, take the decision back first (approval-reopen).',
    retry: 'never',
    byMachine: true,
  },
  'reviewed-file-changed': {
    status: 412,
    title: 'The text has changed since you read it',
    hint: 'Nothing was written. Read what has changed, then decide with `currentRev` as `fileRev`.',
    retry: 'never',
    byMachine: true,
  },
  'reviewed-file-unreadable': {
    status: 422,
    title: 'The text under review cannot be read',
    hint: '`detail` says why. To decide without having seen it, send `fileRev: "absent"`, and `checkout` if there are several.',
    retry: 'never',
    byMachine: true,
  },
  'format-refused': {
    status: 422,
    title: "The format's own tool refuses this file",
    hint: '`detail` lists what is wrong, by line. Fix the file, then ask again.',
    retry: 'never',
    byMachine: true,
  },
  'snapshot-unknown': {
    status: 404,
    title: 'No such snapshot',
    hint: 'GET …/approvals/:approval/snapshots lists the versions.',
    retry: 'never',
    byMachine: true,
  },
  'diff-too-large': {
    status: 422,
    title: 'The texts are too large to compare',
    hint: 'Read both texts, and compare them with a program of your own.',
    retry: 'never',
    byMachine: true,
  },
  'file-unparsable': {
    status: 422,
    title: 'The file cannot be edited safely',
    hint: '`detail` says what is wrong. Fix the file on the machine.',
    retry: 'never',
    byMachine: true,
  },
  'file-too-large': {
    status: 422,
    title: 'The file is too large',
    hint: 'Open it on the machine.',
    retry: 'never',
    byMachine: true,
  },
  withheld: {
    status: 403,
    title: 'The content of this file stays on the machine',
    hint: 'Files that look like secrets are never uploaded. To upload another type of file, add it to .sallyport/upload in the project.',
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
    hint: '`detail` is the cause. The file was not changed.',
    retry: 'later',
    byMachine: true,
  },
  'command-failed': {
    status: 422,
    title: 'The machine could not do that',
    hint: '`problem` is the machine’s answer. The log of its bridge may say more.',
    retry: 'never',
  },
  'no-space': {
    status: 507,
    title: 'The machine has no space left',
    hint: 'Nothing was changed. Free some space on the machine, then try again.',
    retry: 'later',
    byMachine: true,
  },
  interrupted: {
    status: 500,
    title: 'It was interrupted midway',
    hint: 'It may or may not have taken effect: look before you send it again.',
    retry: 'after-resync',
    byMachine: true,
  },
  'command-expired': {
    status: 409,
    title: 'The command expired',
    hint: 'Send it again.',
    retry: 'never',
    byMachine: true,
  },
  'command-cancelled': {
    status: 409,
    title: 'The command was cancelled',
    hint: 'Nothing was changed. Send it again if you still need it.',
    retry: 'never',
    byMachine: true,
  },
  'command-timeout': {
    status: 504,
    title: 'The command took too long',
    hint: 'It may or may not have taken effect: look before you send it again.',
    retry: 'after-resync',
    byMachine: true,
  },

  // The relay itself
  defect: {
    status: 500,
    title: 'Something went wrong on the relay',
    hint: 'The log has the details under the id in `request`. No partial change was saved.',
    retry: 'later',
  },
  'store-away': {
    status: 503,
    title: 'The store cannot be reached',
    hint: 'What was answered before is kept. Try again after `Retry-After` seconds; if that does not help, the cause is in the log of the relay.',
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
    hint: 'Try again after `Retry-After` seconds.',
    retry: 'later',
  },
} as const satisfies Record<string, Entry>;

export type ProblemCode = keyof typeof problems;

/** A problem on the wire: RFC 9457 members, `code`, `hint`, `retry`, the request id, and members of the code (`pointer`, `currentRev`, `expected`, `offset`, `limit` …). */
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

/** An expected failure. It may be thrown anywhere, and each side catches it in one place. `extra` has the members that the code adds. */
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

  /** The body of the answer, without `p`, `instance` and `request`, which the middleware adds. */
  toJson(): ProblemJson {
    const { status, title, hint, retry } = problems[this.code];
    const type = `/docs#problem-${this.code}`;
    const detail = this.detail === undefined ? {} : { detail: this.detail };
    // `extra` may have a more specific hint. It never replaces other members of the catalogue.
    const own = typeof this.extra.hint === 'string' ? this.extra.hint : hint;
    return { ...this.extra, type, title, status, code: this.code, hint: own, retry, ...detail };
  }
}

/** Whether a code from the wire is in the catalogue. */
export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(problems, code);
}

/** Whether a machine may use this code for a command. */
export function isMachineCode(code: unknown): code is ProblemCode {
  return isProblemCode(code) && 'byMachine' in problems[code];
}
