/** The state that the screens see, and their actions. */

import type { AuditEntry } from '#contract/audit.ts';
import type { QueryOf } from '#contract/call-types.ts';
import type { CommandProblem, CommandRecord } from '#contract/command.ts';
import type { CommandState } from '#contract/command-life.ts';
import type { DeviceRequest } from '#contract/device.ts';
import type { DeviceKey } from '#contract/device-key.ts';
import type { Document, Meta } from '#contract/document.ts';
import type { ArgsOf, CommandKindName, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import type {
  AccountRecord,
  InvitationRecord,
  KeyRecord,
  Me,
  Member,
  PasskeyRecord,
  SessionRecord,
  SessionRequest,
} from '#contract/people.ts';
import type { PushChange, PushDevice } from '#contract/push.ts';
import type { Role, Scope } from '#contract/scopes.ts';
import type { Webhook, WebhookRequest } from '#contract/webhook.ts';
import type { OpenChannels } from './channels/open-channels.ts';
import type { ShownItems } from './facts/sorts.ts';
import type { BodyText } from './replica/checked-body.ts';
import type { Visits } from './replica/kept-machines.ts';
import type { KeptTexts } from './replica/kept-texts.ts';
import type { Draft } from './wishes/drafts.ts';
import type { OwnRecord } from './wishes/own-records.ts';
import type { Wish } from './wishes/wish.ts';

export type { BodyText, Draft, Wish };

/** The rung of the ladder that is used for events. `offline`: none, and the state is the last known. */
export type Rung = 'connecting' | 'live' | 'polling' | 'short-polling' | 'offline';

export interface Connection {
  readonly rung: Rung;
  /** Time of the relay's last answer or event, ms since 1970; survives reloads. */
  readonly heardAt: number | undefined;
  /** When the current rung began. */
  readonly since: number;
}

export type SignedIn = 'unknown' | 'yes' | 'no';

/** A Solid store: reading in a tracked scope subscribes. */
export interface AppState {
  readonly signedIn: SignedIn;
  readonly me: Me | undefined;
  readonly connection: Connection;
  /** All items by sort, feed and key, including optimistic documents. `sorts.ts` has typed access. */
  readonly items: ShownItems;
  /** The wishes of this device, newest first. */
  readonly wishes: readonly Wish[];
  /** Typed text that is not applied yet, by `draftKey`. */
  readonly drafts: Readonly<Record<string, Draft>>;
  /** When machines were opened on this device, and which are marked to be kept. */
  readonly visits: Visits;
  /** The feeds that have been read whole: what they tell is all there is. */
  readonly read: Readonly<Record<string, true>>;
  /** When the relay heard a machine last, in ms since 1970 by this device's clock; in a large organisation only of machines that were on the screen. */
  readonly heard: Readonly<Record<string, number>>;
  /** Whether the replica has been read. Before that, the state is empty. */
  readonly restored: boolean;
  /** Share of the bodies that can be read offline, 0 to 1, by machine. */
  readonly bodiesHere: Readonly<Record<string, number>>;
  /** `memory`: this browser stores nothing (no space, private window), so a reload starts empty. */
  readonly replica: 'kept' | 'memory';
  /** Why the sign-in link that the app was opened with did not work. */
  readonly signInProblem: CommandProblem | undefined;
  /** A link for another person was opened: the question who to be. */
  readonly signInQuestion: SignInQuestion | undefined;
  /** When an account at a provider was linked, after the return from there; ms since 1970. */
  readonly tiedAt: number | undefined;
  /** A newer app is ready. Offer `applyUpdate()`, but never during an edit. */
  readonly updateReady: boolean;
  /** The browser can install the app now, with `install()`. */
  readonly installable: boolean;
}

/** The person of an unused link, and the person who is signed in. */
export interface SignInQuestion {
  readonly token: string;
  readonly as: { readonly name: string; readonly organisation: string };
  readonly now: { readonly person: string; readonly name: string };
}

/** Filter of the audit; empty for all entries. `from` is ISO 8601. */
export type AuditFilter = Omit<QueryOf<'audit'>, 'limit' | 'after' | 'to'>;

export interface App {
  readonly state: AppState;
  /** A document's body, checked against its rev, from the replica or the relay; undefined if neither has it. */
  body(machine: string, rev: string): Promise<BodyText | undefined>;
  /** Stores a draft until it is applied or discarded. Resolves to whether it is stored beyond this page. */
  keepDraft(draft: Draft): Promise<boolean>;
  dropDraft(key: string): void;
  /** Resolves once no other tab edits the document of this draft. Keeps other tabs from editing it until `signal` aborts. */
  editAlone(key: string, signal: AbortSignal): Promise<void>;
  /** The answer to a query from the copies of this device and the relay; undefined if only the machine can answer. The project is given by its id. */
  answer<Kind extends QueryKindName>(
    machine: string,
    kind: Kind,
    args: ArgsOf<Kind>,
  ): Promise<ResultOf<Kind> | undefined>;
  /** Asks a machine a query. Rejects with a Refusal or an Interruption. */
  ask<Kind extends QueryKindName>(machine: string, kind: Kind, args: ArgsOf<Kind>): Promise<ResultOf<Kind>>;
  /** Sends a command; the wish appears in `state.wishes` at once. `optimistic` is shown until the command has ended. */
  send<Kind extends CommandKindName>(
    machine: string,
    kind: Kind,
    args: ArgsOf<Kind>,
    options: {
      ifRev?: string;
      whenOffline?: 'refuse' | 'queue';
      optimistic?: Document;
      undoOf?: string;
      /** The draft whose text it carries, which is kept until this command is done. */
      draft?: Draft;
    },
  ): Promise<Settled<Kind>>;
  /** A command with its args, from the relay. Rejects with a Refusal or an Interruption. */
  command(machine: string, id: string): Promise<CommandRecord>;
  /** Asks to cancel any command, also one that has begun and can be stopped. */
  stopCommand(machine: string, id: string): Promise<void>;
  /** Removes a wish that has ended (its toast was closed, its conflict decided). */
  dismiss(wish: string): void;
  cancel(wish: string): Promise<void>;
  /** Signs in; throws a Refusal. If the app is opened with a link (`/#/sign-in/<token>`), the link is used and removed from the URL and the history before the first screen is drawn. */
  signIn(request: SessionRequest): Promise<void>;
  /** Answers `signInQuestion`: whether to sign in as the other person. Throws a Refusal. */
  answerSignIn(yes: boolean): Promise<void>;
  /** The relay's ways to sign in, beside links. */
  signInWays(): Promise<{ readonly passkey: boolean; readonly oidc?: string | undefined }>;
  /** Asks the browser for a passkey; throws if none was chosen. */
  signInByPasskey(): Promise<void>;
  /** Opens the provider's page; the return from there signs in. */
  signInByProvider(): Promise<void>;
  /** Signs out and empties the replica. */
  signOut(): Promise<void>;
  /** Deletes the account of the person (`confirm` is their id), and empties the replica. Throws a Refusal or an Interruption. */
  deleteAccount(query: { readonly confirm: string; readonly successor?: string }): Promise<void>;
  /** Notes that the machine is on the screen, so that this device keeps it. */
  openMachine(machine: string): void;
  /** Creates or changes one of the person's own records. Shown at once, and sent when the relay can be reached. */
  keepRecord(record: OwnRecord): void;
  dropRecord(id: string): void;
  /** What this device keeps for screens, by name, until the person signs out. Loaded with the first screen that keeps some. */
  texts(): Promise<KeptTexts>;
  /** The channels of records: to follow them and to type into them. */
  channels(): Promise<OpenChannels>;
  /** Saves a view under a name, for the person or the whole organisation. Throws a Refusal or an Interruption. */
  saveView(view: { readonly title: string; readonly isShared: boolean; readonly meta: Meta }): Promise<void>;
  removeView(id: string): Promise<void>;
  /** Marks a machine to be kept on this device even if nobody opens it, or removes the mark. */
  keepMachine(machine: string, kept: boolean): void;
  renameMachine(machine: string, name: string): Promise<void>;
  removeMachine(machine: string): Promise<void>;
  /** Revokes all keys of a machine. Resolves to its new key, which is shown once. */
  replaceMachineKey(machine: string): Promise<string>;
  /** Registers a machine; the key is shown once. */
  createMachine(name: string): Promise<{ id: string; name: string; key: string }>;
  /** The machine that shows a code; and approving or denying it. */
  lookDevice(code: string): Promise<DeviceRequest>;
  decideDevice(code: string, decision: 'approve' | 'deny'): Promise<void>;
  /** Sets the person's e-mail and password; their other sessions end. */
  setPassword(request: { email: string; password: string; current?: string }): Promise<void>;
  passkeys(): Promise<readonly PasskeyRecord[]>;
  /** Has the browser create a passkey; throws if none was created. */
  addPasskey(name: string): Promise<void>;
  removePasskey(passkey: string): Promise<void>;
  /** The person's devices that are notified. */
  pushDevices(): Promise<readonly PushDevice[]>;
  /** Asks the person and the browser, and has this device notified; throws if one refuses. */
  notifyHere(name: string): Promise<void>;
  changePushDevice(device: string, change: PushChange): Promise<void>;
  /** Sends a test; `problem` of the answer says why it failed. */
  testPushDevice(device: string): Promise<PushDevice>;
  removePushDevice(device: string): Promise<void>;
  /** The organisation's webhooks with their latest deliveries; admins only. */
  webhooks(): Promise<readonly Webhook[]>;
  /** Adds a webhook. Resolves to its secret, which is shown once. */
  createWebhook(request: WebhookRequest): Promise<string>;
  /** Sends a test; the first of the answer's deliveries says how it went. */
  testWebhook(webhook: string): Promise<Webhook>;
  removeWebhook(webhook: string): Promise<void>;
  /** The person's linked accounts at the provider. */
  accounts(): Promise<readonly AccountRecord[]>;
  /** Opens the provider's page; the return from there links the account. */
  tieAccount(): Promise<void>;
  /** The fingerprint of this device's signing key; undefined if it has none. */
  deviceKey(): Promise<string | undefined>;
  /** Creates this device's signing key and registers its public key at the relay. Resolves to its fingerprint. */
  makeDeviceKey(name: string): Promise<string>;
  /** A page of the audit, newest first; `next` has the `after` of the following one. */
  audit(
    filter: AuditFilter,
    after?: string,
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly next?: string | undefined }>;
  /** The whole audit as JSON Lines. */
  auditFile(): Promise<Blob>;
  /** All that the relay keeps of the person, as JSON Lines. */
  accountFile(): Promise<Blob>;
  /** The person's sessions. */
  sessions(): Promise<readonly SessionRecord[]>;
  revokeSession(session: string): Promise<void>;
  /** Keys of people and machines, without their secrets. */
  keys(): Promise<readonly KeyRecord[]>;
  /** Creates a key, which is shown once. */
  createKey(request: { name: string; scope: Scope; expiresInDays?: number }): Promise<string>;
  revokeKey(key: string): Promise<void>;
  /** The members of the organisation. */
  members(): Promise<readonly Member[]>;
  setRole(person: string, role: Role): Promise<void>;
  removeMember(person: string): Promise<void>;
  /** Ends all sessions, sign-in links, keys and device keys of a member, who stays a member. */
  revokeMember(person: string): Promise<void>;
  /** Creates a one-use link that makes the person who opens it a member. */
  invite(name: string, role: 'viewer' | 'member' | 'admin'): Promise<{ url: string; expiresAt: string }>;
  /** Creates a one-use link for a member who cannot sign in any other way. */
  memberSignInLink(person: string): Promise<{ url: string; expiresAt: string }>;
  /** The open invitations. */
  invitations(): Promise<readonly InvitationRecord[]>;
  revokeInvitation(invitation: string): Promise<void>;
  renameMe(name: string): Promise<void>;
  /** Devices of the organisation that sign commands. */
  deviceKeys(): Promise<readonly DeviceKey[]>;
  /** Removes a device's key from the list. */
  removeDeviceKey(fingerprint: string): Promise<void>;
  /** Creates a one-use link that signs in another device. */
  signInLink(): Promise<{ url: string; expiresAt: string }>;
  /** Reloads every tab with the newer app. */
  applyUpdate(): void;
  /** Shows the browser's install prompt, if `state.installable`. Resolves to whether the person accepted. */
  install(): Promise<boolean>;
}

export interface Settled<Kind extends CommandKindName> {
  readonly id: string;
  readonly state: CommandState | 'unsent';
  readonly result?: ResultOf<Kind>;
  readonly problem?: CommandProblem;
}
