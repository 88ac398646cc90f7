/** Parameters, body and answer of every call of the api. The router mounts this list, OpenAPI and the docs describe it, and the security matrix tests it. Methods and paths are in `paths.ts`, so that the app loads no schemas. REST aliases come from the kinds. */
import * as v from 'valibot';
import { AuditAction, AuditEntry, AuditResult } from './audit.ts';
import * as bridge from './bridge.ts';
import { ChannelsAnswer, ChannelsEnvelope, InboxAnswer, InboxRequest, InputsAnswer, InputsRequest } from './channel.ts';
import { CommandRecord, CommandRequest, CommandState, CommandSummary } from './command.ts';
import { IngestEnvelope, ManifestPage } from './delta.ts';
import * as device from './device.ts';
import { DeviceKey, DeviceKeyRequest } from './device-key.ts';
import { Document, Id, Name, OpenName } from './document.ts';
import { FeedOffset, FeedSnapshot, StreamPage, StreamRequest } from './feed.ts';
import { limits } from './limits.ts';
import { Machine, Project } from './machine.ts';
import { Notice } from './notice.ts';
import { type Call, type CallName, calls } from './paths.ts';
import * as people from './people.ts';
import { PushChange, PushDevice, PushRequest } from './push.ts';
import { AnswersRequest, QueryAnswer, QueryRequest } from './query.ts';
import { personOwners, RecordChange, RecordCreate, RecordItem } from './record.ts';
import type { Scope } from './scopes.ts';
import { PROTOCOL } from './version.ts';
import { Webhook, WebhookRequest } from './webhook.ts';

/** Who may call: anyone, a bridge with its machine's key, a person with a scope, or (`command`) a person with the scope that the kind requires. */
export type Access = 'open' | 'machine' | Scope | 'command';

/** Groups of calls that are audited and counted per person: changes of access (`doors`), sign-in links, device keys. */
export type ActGroup = 'doors' | 'links' | 'device-keys';

export interface Route extends Call {
  readonly access: Access;
  /** The service that serves it (`api/services/`); absent where the core does. */
  readonly service?: 'push' | 'webhooks';
  readonly summary: string;
  /** Query parameters, all strings on the wire. */
  readonly query?: v.GenericSchema;
  /** If set, the query also takes `<prefix>.<name>=` for any name. Its schema must be an object with a rest. */
  readonly prefix?: 'about' | 'meta';
  readonly body?: v.GenericSchema;
  /** Set if the body is not one JSON object. */
  readonly media?: 'application/x-ndjson' | 'application/octet-stream' | 'application/x-www-form-urlencoded';
  /** Largest body, in bytes after decompression; default `requestBytesMax`. With access `command`, the kind's `argsBytesMax` applies as well, and only callers who may write get more than the default. */
  readonly bodyBytesMax?: number;
  readonly answer?: v.GenericSchema;
  /** A probe of the operator or of a bridge. It counts against no limit, because all of them may come from the address of one load balancer. */
  readonly uncounted?: true;
  /** The group in which it counts, per person, over hours and days. */
  readonly acts?: ActGroup;
  /** Whether the request may be held. */
  readonly held?: true;
}

const p = v.literal(PROTOCOL);

/** A whole number from the query, between two bounds. */
export function integerParameter(min: number, max: number) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,9}$/, 'This takes a whole number'),
    v.transform(Number),
    v.minValue(min),
    v.maxValue(max),
  );
}

const waitParameter = v.optional(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,3}(\.\d{1,3})?$/, 'This takes seconds'),
    v.transform(Number),
    v.maxValue(limits.holdMsMax / 1000),
  ),
);
/** ISO 8601, or a date; ms since 1970. */
const timeParameter = v.pipe(
  v.string(),
  v.transform((text) => Date.parse(text)),
  v.number('This takes a time, as 2026-11-20T08:00:00Z'),
  v.minValue(0),
);
const page = {
  limit: v.optional(integerParameter(1, limits.pageItemsMax)),
  after: v.optional(v.pipe(v.string(), v.maxLength(4096))),
};

const snapshotPage = v.strictObject({ ...page, limit: v.optional(integerParameter(1, limits.snapshotDocumentsMax)) });

/** A page of a list; `next` is the path of the next one. */
function list<Item extends v.GenericSchema>(item: Item) {
  return v.object({ p, items: v.array(item), next: v.optional(v.string()) });
}

function one<Entries extends v.ObjectEntries>(entries: Entries) {
  return v.object({ p, ...entries });
}

const recordFilter = v.objectWithRest(
  {
    ...page,
    kind: v.optional(OpenName),
    state: v.optional(OpenName),
    project: v.optional(Id),
    owner: v.optional(v.picklist(personOwners)),
  },
  v.string(),
);

export const routes = {
  hello: {
    ...calls.hello,
    access: 'open',
    summary: 'Is this the relay? Needs no key; with `nonce`, the relay proves its identity',
    // A bridge asks on each new connection: requests of others at its address must not keep it from its relay.
    uncounted: true,
    query: v.strictObject({ nonce: v.optional(v.pipe(v.string(), v.maxLength(100))) }),
    answer: bridge.HelloAnswer,
  },

  bridgeConnect: {
    ...calls.bridgeConnect,
    access: 'machine',
    summary: 'Connect a bridge; the answer begins an epoch',
    body: bridge.ConnectRequest,
    bodyBytesMax: limits.connectBytesMax,
    answer: bridge.ConnectAnswer,
  },
  bridgeManifest: {
    ...calls.bridgeManifest,
    access: 'machine',
    summary: 'Compare one page of the manifest',
    body: ManifestPage,
    bodyBytesMax: limits.ingestBytesMax,
    answer: bridge.ManifestAnswer,
  },
  bridgeIngest: {
    ...calls.bridgeIngest,
    access: 'machine',
    summary: 'Upload a batch of document changes',
    body: IngestEnvelope,
    media: 'application/x-ndjson',
    bodyBytesMax: 2 * limits.ingestBytesMax,
    answer: bridge.IngestAnswer,
  },
  bridgeBlob: {
    ...calls.bridgeBlob,
    access: 'machine',
    summary: 'Upload a piece of a large body',
    query: v.strictObject({
      offset: integerParameter(0, limits.documentBodyBytesMax),
      /** Bytes of the whole body. */
      size: integerParameter(1, limits.documentBodyBytesMax),
    }),
    media: 'application/octet-stream',
    bodyBytesMax: limits.blobPieceBytesMax,
    answer: bridge.BlobAnswer,
  },
  bridgeChannels: {
    ...calls.bridgeChannels,
    access: 'machine',
    summary: 'Add entries to channels',
    body: ChannelsEnvelope,
    media: 'application/x-ndjson',
    bodyBytesMax: 2 * limits.channelAppendBytesMax,
    answer: ChannelsAnswer,
  },
  bridgeInbox: {
    ...calls.bridgeInbox,
    access: 'machine',
    summary: 'Wait for inputs of open channels',
    body: InboxRequest,
    answer: InboxAnswer,
    held: true,
  },
  bridgePoll: {
    ...calls.bridgePoll,
    access: 'machine',
    summary: 'Wait for commands and queries',
    body: bridge.PollRequest,
    bodyBytesMax: limits.pollBytesMax,
    answer: bridge.PollAnswer,
    held: true,
  },
  bridgeResults: {
    ...calls.bridgeResults,
    access: 'machine',
    summary: 'Send the results of commands',
    body: bridge.ResultsRequest,
    bodyBytesMax: limits.resultBytesMax + limits.inlineBodyBytesMax,
    answer: bridge.ResultsAnswer,
  },
  bridgeAnswers: {
    ...calls.bridgeAnswers,
    access: 'machine',
    summary: 'Answer queries',
    body: AnswersRequest,
    bodyBytesMax: limits.answersBytesMax,
    answer: bridge.ResultsAnswer,
  },
  bridgeBye: {
    ...calls.bridgeBye,
    access: 'machine',
    summary: 'Take the machine offline at once',
    body: bridge.ByeRequest,
    answer: one({}),
  },

  bridgeMachineRemove: {
    ...calls.bridgeMachineRemove,
    access: 'machine',
    summary: 'Remove this machine itself, its keys, and all that the relay stores of it',
    answer: one({}),
  },

  bridgeTry: {
    ...calls.bridgeTry,
    access: 'machine',
    summary:
      'Try the network: answers what arrived of the body; without a body after `wait` seconds if asked, or with `live=sse` with two events, and ends a moment later; with `number`, says how often the machine’s request of that number has arrived. Changes nothing',
    query: v.strictObject({
      wait: waitParameter,
      live: v.optional(v.literal('sse')),
      number: v.optional(bridge.TryNumber),
    }),
    media: 'application/octet-stream',
    bodyBytesMax: limits.ingestBytesMax,
    answer: bridge.TryAnswer,
    held: true,
  },

  bridgeDeviceKeys: {
    ...calls.bridgeDeviceKeys,
    access: 'machine',
    summary: 'Device keys of the organisation, which this machine could pin',
    answer: bridge.DeviceKeysAnswer,
  },

  machines: {
    ...calls.machines,
    access: 'read',
    summary: 'Machines and their status',
    query: v.strictObject(page),
    answer: list(Machine),
  },
  machineCreate: {
    ...calls.machineCreate,
    acts: 'doors',
    access: 'admin',
    summary: 'Register a machine; only this answer shows its key',
    body: people.MachineRequest,
    answer: people.MachineCreated,
  },
  machine: {
    ...calls.machine,
    access: 'read',
    summary: 'One machine',
    answer: one(Machine.entries),
  },
  machineRename: {
    ...calls.machineRename,
    acts: 'doors',
    access: 'admin',
    summary: 'Rename a machine',
    body: v.strictObject({ name: Name }),
    answer: one(Machine.entries),
  },
  machineRemove: {
    ...calls.machineRemove,
    acts: 'doors',
    access: 'admin',
    summary: 'Remove a machine, its key, and all that the relay stores of it',
    answer: one({}),
  },
  machineKeyReplace: {
    ...calls.machineKeyReplace,
    acts: 'doors',
    access: 'admin',
    summary: 'Replace all keys of a machine by a new one, which only this answer shows; its documents stay',
    answer: people.MachineCreated,
  },
  projects: {
    ...calls.projects,
    access: 'read',
    summary: 'Projects of a machine, with formats and counts',
    query: v.strictObject(page),
    answer: list(Project),
  },
  documents: {
    ...calls.documents,
    access: 'read',
    summary:
      'Documents, without bodies; `meta.<name>=` filters by a value that the format has read (a list matches by any entry)',
    query: v.objectWithRest(
      {
        ...page,
        project: v.optional(v.string()),
        kind: v.optional(OpenName),
        spec: v.optional(v.string()),
        q: v.optional(v.pipe(v.string(), v.maxLength(200))),
      },
      v.string(),
    ),
    prefix: 'meta',
    answer: list(Document),
  },
  document: {
    ...calls.document,
    access: 'read',
    summary: 'One document with its body; the `ETag` is its rev',
    answer: one({
      machine: v.string(),
      ...Document.entries,
      text: v.optional(v.string()),
      bodyBase64: v.optional(v.string()),
    }),
  },
  body: {
    ...calls.body,
    access: 'read',
    summary: 'The exact bytes of a rev',
  },
  bodies: {
    ...calls.bodies,
    access: 'read',
    summary:
      'The bytes of several revs; leaves out those that the relay does not have, or that would make the answer larger than 4 MiB',
    query: v.strictObject({
      revs: v.pipe(
        v.string(),
        v.regex(/^[0-9a-f]{64}(,[0-9a-f]{64})*$/, 'revs is a list of revs with commas between'),
        v.transform((text) => text.split(',')),
        v.maxLength(limits.bodiesPerRequestMax),
      ),
    }),
    answer: list(v.object({ rev: v.string(), text: v.optional(v.string()), bodyBase64: v.optional(v.string()) })),
  },
  snapshot: {
    ...calls.snapshot,
    access: 'read',
    summary:
      "All items of a machine's feed: its documents without bodies and its newest commands, and the offset to resume at",
    query: snapshotPage,
    answer: FeedSnapshot,
  },
  stream: {
    ...calls.stream,
    access: 'read',
    summary: 'Follow several feeds on one connection, each from its offset',
    body: StreamRequest,
    bodyBytesMax: limits.streamRequestBytesMax,
    answer: StreamPage,
    held: true,
  },
  streamAll: {
    ...calls.streamAll,
    access: 'read',
    summary: 'Follow everything that you may see, from now on, as server-sent events; useful with curl',
    query: v.strictObject({ live: v.literal('sse') }),
    held: true,
  },
  feedEvents: {
    ...calls.feedEvents,
    access: 'read',
    summary: 'Follow one feed; `Last-Event-ID` wins over `offset`. Without `live`, answers at once',
    query: v.strictObject({
      offset: v.optional(FeedOffset),
      live: v.optional(v.picklist(['sse', 'long-poll'])),
      wait: waitParameter,
    }),
    answer: StreamPage,
    held: true,
  },
  feedSnapshot: {
    ...calls.feedSnapshot,
    access: 'read',
    summary: 'All items of a feed, and the offset to resume at',
    query: snapshotPage,
    answer: FeedSnapshot,
  },
  machineRecords: {
    ...calls.machineRecords,
    access: 'read',
    summary: 'Records of a machine whose kinds you may read; `meta.<name>=` filters by their values',
    query: recordFilter,
    prefix: 'meta',
    answer: list(RecordItem),
  },
  machineRecord: {
    ...calls.machineRecord,
    access: 'read',
    summary: 'One record of a machine',
    answer: one(RecordItem.entries),
  },
  records: {
    ...calls.records,
    access: 'read',
    summary: 'Your own records and those of the organisation; `meta.<name>=` filters by their values',
    query: recordFilter,
    prefix: 'meta',
    answer: list(RecordItem),
  },
  recordCreate: {
    ...calls.recordCreate,
    access: 'read',
    summary: 'Create a record of your own, or of the organisation, for which its kind says the scope',
    body: RecordCreate,
    bodyBytesMax: limits.recordMetaBytesMax + limits.requestBytesMax,
    answer: one(RecordItem.entries),
  },
  record: {
    ...calls.record,
    access: 'read',
    summary: 'One record of your own, of the organisation, or of one of its machines',
    answer: one(RecordItem.entries),
  },
  recordChange: {
    ...calls.recordChange,
    access: 'read',
    summary: 'Change a record; with `ifRev`, only if nobody has changed it since',
    body: RecordChange,
    bodyBytesMax: limits.recordMetaBytesMax + limits.requestBytesMax,
    answer: one(RecordItem.entries),
  },
  recordRemove: {
    ...calls.recordRemove,
    access: 'read',
    summary: 'Remove a record',
    answer: one({}),
  },
  recordInputs: {
    ...calls.recordInputs,
    access: 'read',
    summary: 'Type into the channel of a record, for which its kind says the scope',
    body: InputsRequest,
    bodyBytesMax: limits.inputBytesMax,
    answer: one(InputsAnswer.entries),
  },
  recordSnapshot: {
    ...calls.recordSnapshot,
    access: 'read',
    summary: 'The snapshot of a channel, as gzip',
  },
  notices: {
    ...calls.notices,
    access: 'read',
    summary: 'Current notices that you may read: the Inbox, for curl',
    query: v.strictObject(page),
    answer: list(v.object({ ...Notice.entries, key: v.string() })),
  },

  push: {
    ...calls.push,
    service: 'push',
    access: 'read',
    summary: "Your devices that are notified, and the relay's public key for subscribing another (VAPID)",
    answer: one({ key: v.string(), items: v.array(PushDevice) }),
  },
  pushAdd: {
    ...calls.pushAdd,
    service: 'push',
    access: 'read',
    summary: 'Notify a device through its push service for as long as this session or key lasts',
    body: PushRequest,
    answer: one(PushDevice.entries),
  },
  pushChange: {
    ...calls.pushChange,
    service: 'push',
    access: 'read',
    summary: 'Change the name, topics or quiet hours of a device; null removes a choice',
    body: PushChange,
    answer: one(PushDevice.entries),
  },
  pushRemove: {
    ...calls.pushRemove,
    service: 'push',
    access: 'read',
    summary: 'Stop notifying a device',
    answer: one({}),
  },
  pushTest: {
    ...calls.pushTest,
    service: 'push',
    access: 'read',
    summary: 'Send a test to a device now; `problem` says why it did not arrive at its push service',
    answer: one(PushDevice.entries),
  },
  pushNotice: {
    ...calls.pushNotice,
    service: 'push',
    access: 'read',
    summary: 'The notice that a push message names',
    answer: one({ ...Notice.entries, id: v.string(), key: v.string() }),
  },

  webhooks: {
    ...calls.webhooks,
    service: 'webhooks',
    access: 'admin',
    summary: 'Webhooks and their latest deliveries',
    answer: one({ items: v.array(Webhook) }),
  },
  webhookCreate: {
    ...calls.webhookCreate,
    service: 'webhooks',
    acts: 'doors',
    access: 'admin',
    summary: 'Tell an address of new notices; only this answer shows the secret that signs them',
    body: WebhookRequest,
    answer: one({ ...Webhook.entries, secret: v.string() }),
  },
  webhookRemove: {
    ...calls.webhookRemove,
    service: 'webhooks',
    acts: 'doors',
    access: 'admin',
    summary: 'Remove a webhook',
    answer: one({}),
  },
  webhookTest: {
    ...calls.webhookTest,
    service: 'webhooks',
    access: 'admin',
    summary: 'Send a test to a webhook now; the first of `deliveries` says how it went',
    answer: one(Webhook.entries),
  },

  queryAsk: {
    ...calls.queryAsk,
    access: 'read',
    summary: 'Ask a machine a query and wait for its answer, at most 10 s; changes nothing and is not recorded',
    body: QueryRequest,
    answer: one(QueryAnswer.entries),
    held: true,
  },
  commandSend: {
    ...calls.commandSend,
    access: 'command',
    summary: 'Send a command; with `wait` (seconds), answers once it is settled',
    query: v.strictObject({ wait: waitParameter }),
    body: CommandRequest,
    bodyBytesMax: limits.textCommandBytesMax + limits.commandEnvelopeBytesMax,
    answer: one(CommandRecord.entries),
    held: true,
  },
  commands: {
    ...calls.commands,
    access: 'read',
    summary: 'Commands of a machine, newest first; `about.<name>=` filters by a value of `about`',
    query: v.objectWithRest({ ...page, state: v.optional(CommandState) }, v.string()),
    prefix: 'about',
    answer: list(CommandSummary),
  },
  command: {
    ...calls.command,
    access: 'read',
    summary: 'One command, with its receipts and result',
    query: v.strictObject({ wait: waitParameter }),
    answer: one(CommandRecord.entries),
    held: true,
  },
  commandCancel: {
    ...calls.commandCancel,
    access: 'write',
    summary: 'Cancel a command, if the machine has not started it',
    answer: one(CommandRecord.entries),
  },

  me: {
    ...calls.me,
    access: 'read',
    summary: 'The person, role and scope of this key or session',
    answer: one(people.Me.entries),
  },
  meChange: {
    ...calls.meChange,
    acts: 'doors',
    access: 'read',
    summary: 'Change your name',
    body: people.NameRequest,
    answer: one(people.Me.entries),
  },
  meExport: {
    ...calls.meExport,
    access: 'read',
    summary: 'Everything that the relay keeps of you, as JSON Lines; the last line is `{"is":"end"}`',
  },
  meRemove: {
    ...calls.meRemove,
    acts: 'doors',
    access: 'read',
    summary:
      'Delete your account. `confirm` is your own id; the only owner of an organisation names a member as `successor`. The audit keeps what you did until it ages out',
    query: v.strictObject({ confirm: Id, successor: v.optional(Id) }),
    answer: one({}),
  },
  passwordSet: {
    ...calls.passwordSet,
    acts: 'doors',
    access: 'read',
    summary: 'Set your e-mail and password for signing in; your other sessions end within 5 s',
    body: people.PasswordRequest,
    answer: one({}),
  },
  sessionCreate: {
    ...calls.sessionCreate,
    access: 'open',
    summary: 'Sign in with the token of a link, e-mail and password, a passkey, or an OIDC provider',
    body: people.SessionRequest,
    answer: one(people.Me.entries),
  },
  signInWays: {
    ...calls.signInWays,
    access: 'open',
    summary: 'The ways to sign in on this relay',
    answer: people.SignInWays,
  },
  passkeySignIn: {
    ...calls.passkeySignIn,
    access: 'open',
    summary: 'The challenge for signing in with a passkey; works once, within 5 minutes',
    answer: people.PasskeyOptions,
  },
  oidcSignIn: {
    ...calls.oidcSignIn,
    access: 'open',
    summary: 'The address for signing in at the OIDC provider',
    answer: people.OidcBegun,
  },
  passkeys: { ...calls.passkeys, access: 'read', summary: 'Your passkeys', answer: list(people.PasskeyRecord) },
  passkeyOptions: {
    ...calls.passkeyOptions,
    access: 'read',
    summary: 'The options for creating a passkey; within 15 minutes of signing in',
    answer: people.PasskeyOptions,
  },
  passkeyAdd: {
    ...calls.passkeyAdd,
    acts: 'doors',
    access: 'read',
    summary: 'Add the passkey that the browser has created',
    body: people.PasskeyRequest,
    answer: one(people.PasskeyRecord.entries),
  },
  passkeyRemove: {
    ...calls.passkeyRemove,
    acts: 'doors',
    access: 'read',
    summary: 'Remove a passkey',
    answer: one({}),
  },
  accounts: {
    ...calls.accounts,
    access: 'read',
    summary: 'Your linked accounts at the OIDC provider',
    answer: list(people.AccountRecord),
  },
  accountBegin: {
    ...calls.accountBegin,
    access: 'read',
    summary: 'The address for linking an account at the OIDC provider; within 15 minutes of signing in',
    answer: people.OidcBegun,
  },
  accountLink: {
    ...calls.accountLink,
    acts: 'doors',
    access: 'read',
    summary: 'Link the account with which the provider sent the browser back',
    body: people.OidcLinkRequest,
    answer: one({}),
  },
  sessionEnd: { ...calls.sessionEnd, access: 'read', summary: 'Sign out', answer: one({}) },
  sessions: {
    ...calls.sessions,
    access: 'read',
    summary: 'Your sessions',
    answer: list(people.SessionRecord),
  },
  sessionRevoke: {
    ...calls.sessionRevoke,
    access: 'read',
    summary: 'End a session; its open streams and requests end within 5 s',
    answer: one({}),
  },
  signInLink: {
    ...calls.signInLink,
    acts: 'links',
    access: 'read',
    summary: 'Create a one-use link that signs in another device as you',
    answer: people.SignInLink,
  },
  members: {
    ...calls.members,
    access: 'read',
    summary: 'Members of the organisation, with their roles',
    query: v.strictObject(page),
    answer: list(people.Member),
  },
  memberChange: {
    ...calls.memberChange,
    acts: 'doors',
    access: 'admin',
    summary: 'Change the role of a member; open streams that the new role may not have end within 5 s',
    body: people.MemberChange,
    answer: one(people.Member.entries),
  },
  memberRemove: {
    ...calls.memberRemove,
    acts: 'doors',
    access: 'admin',
    summary: 'Remove a member; their keys and sessions end within 5 s',
    answer: one({}),
  },
  memberRevoke: {
    ...calls.memberRevoke,
    acts: 'doors',
    access: 'admin',
    summary:
      'End all sessions, sign-in links, keys and device keys of a member, who stays a member and may sign in again',
    answer: one({}),
  },
  invitationCreate: {
    ...calls.invitationCreate,
    acts: 'doors',
    access: 'admin',
    summary: 'Create an invitation: a one-use link, valid for 7 days, that makes the person who opens it a member',
    body: people.InvitationRequest,
    answer: people.SignInLink,
  },
  memberSignInLink: {
    ...calls.memberSignInLink,
    acts: 'links',
    access: 'admin',
    summary: 'Create a one-use sign-in link for a member who cannot sign in any other way; recorded in the audit',
    answer: people.SignInLink,
  },
  invitations: {
    ...calls.invitations,
    access: 'admin',
    summary: 'Open invitations',
    answer: list(people.InvitationRecord),
  },
  invitationRevoke: {
    ...calls.invitationRevoke,
    acts: 'doors',
    access: 'admin',
    summary: 'Revoke an invitation',
    answer: one({}),
  },
  organisationChange: {
    ...calls.organisationChange,
    acts: 'doors',
    access: 'admin',
    summary: 'Rename the organisation; for owners',
    body: people.NameRequest,
    answer: one(people.Me.entries.organisation.entries),
  },
  organisationCreate: {
    ...calls.organisationCreate,
    acts: 'doors',
    access: 'admin',
    summary:
      'Create another organisation on this relay, and a sign-in link for its owner; for owners of the first organisation',
    body: people.OrganisationRequest,
    answer: people.SignInLink,
  },
  backupCreate: {
    ...calls.backupCreate,
    acts: 'doors',
    access: 'admin',
    summary: "Copy the relay's SQLite store into its data folder; for owners of the first organisation",
    body: v.strictObject({}),
    answer: one({ file: v.string() }),
  },
  keys: {
    ...calls.keys,
    access: 'admin',
    summary: 'Keys, without their secrets',
    query: v.strictObject(page),
    answer: list(people.KeyRecord),
  },
  keyCreate: {
    ...calls.keyCreate,
    acts: 'doors',
    access: 'admin',
    summary: 'Create a key; only this answer shows it',
    body: people.KeyRequest,
    answer: people.KeyCreated,
  },
  keyRevoke: {
    ...calls.keyRevoke,
    acts: 'doors',
    access: 'admin',
    summary: 'Revoke a key; its open streams and requests end within 5 s',
    answer: one({}),
  },

  deviceKeys: {
    ...calls.deviceKeys,
    access: 'read',
    summary: 'Keys of devices that sign commands; each machine lists those that it accepts',
    answer: list(DeviceKey),
  },
  deviceKeyAdd: {
    ...calls.deviceKeyAdd,
    acts: 'device-keys',
    access: 'read',
    summary: 'Register the public key of a device that signs commands',
    body: DeviceKeyRequest,
    answer: one(DeviceKey.entries),
  },
  deviceKeyRemove: {
    ...calls.deviceKeyRemove,
    acts: 'device-keys',
    access: 'read',
    summary: 'Remove a device key from the list; machines that have pinned it still accept it',
    answer: one({}),
  },
  audit: {
    ...calls.audit,
    access: 'admin',
    summary: 'Who did what, newest first, over the organisation and all its machines',
    query: v.strictObject({
      ...page,
      person: v.optional(v.string()),
      machine: v.optional(v.string()),
      action: v.optional(AuditAction),
      kind: v.optional(v.string()),
      result: v.optional(AuditResult),
      from: v.optional(timeParameter),
      to: v.optional(timeParameter),
    }),
    answer: list(AuditEntry),
  },
  auditExport: {
    ...calls.auditExport,
    access: 'admin',
    summary: 'The whole audit as JSON Lines, log by log, for `sallyport audit verify`',
  },

  oauthMetadata: {
    ...calls.oauthMetadata,
    access: 'open',
    summary: 'Metadata for signing in a machine (RFC 8414)',
    answer: v.object({
      p,
      issuer: v.string(),
      device_authorization_endpoint: v.string(),
      token_endpoint: v.string(),
      grant_types_supported: v.array(v.string()),
      response_types_supported: v.array(v.string()),
      token_endpoint_auth_methods_supported: v.array(v.string()),
      service_documentation: v.string(),
    }),
  },
  deviceAuthorization: {
    ...calls.deviceAuthorization,
    access: 'open',
    summary: 'Sign in a machine: get a code for it, and one for a person to type (RFC 8628)',
    body: device.DeviceAuthorizationRequest,
    media: 'application/x-www-form-urlencoded',
    bodyBytesMax: limits.formBytesMax,
    answer: device.DeviceAuthorization,
  },
  token: {
    ...calls.token,
    access: 'open',
    summary: 'Get the key of the machine once its code was approved, or 400 with an `error` of RFC 8628',
    body: device.TokenRequest,
    media: 'application/x-www-form-urlencoded',
    bodyBytesMax: limits.formBytesMax,
    answer: device.TokenAnswer,
  },
  deviceLook: {
    ...calls.deviceLook,
    access: 'admin',
    summary: 'The machine that shows this code',
    body: device.DeviceLookRequest,
    answer: device.DeviceRequest,
  },
  deviceDecide: {
    ...calls.deviceDecide,
    acts: 'doors',
    access: 'admin',
    summary: 'Approve or deny the machine that shows this code',
    body: device.DeviceDecisionRequest,
    answer: one({}),
  },

  openapi: { ...calls.openapi, access: 'open', summary: 'This list as OpenAPI 3.1' },
  docs: { ...calls.docs, access: 'open', summary: 'This list as a page' },
  livez: { ...calls.livez, access: 'open', uncounted: true, summary: 'Whether the process runs' },
  readyz: { ...calls.readyz, access: 'open', uncounted: true, summary: 'Whether the store answers' },
} as const satisfies Record<CallName, Route>;

export type RouteName = keyof typeof routes;
