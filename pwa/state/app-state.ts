/** What the screens see of the state, and what they can ask of it. Screens import nothing else of `state/`. */

import type { AuditEntry } from '#contract/audit.ts';
import type { QueryOf } from '#contract/call-types.ts';
import type { CommandProblem, CommandState } from '#contract/command.ts';
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
import type { Role, Scope } from '#contract/scopes.ts';
import type { BodyText } from './checked-body.ts';
import type { Draft } from './drafts.ts';
import type { Visits } from './kept-machines.ts';
import type { OwnRecord } from './own-records.ts';
import type { ShownItems } from './sorts.ts';
import type { Wish } from './wish.ts';

export type { BodyText, Draft, Wish };

/** Which rung of the ladder carries the events; `offline`: none, the state is the last known. */
export type Rung = 'connecting' | 'live' | 'polling' | 'short-polling' | 'offline';

export interface Connection {
  readonly rung: Rung;
  /** When anything was last heard of the relay, ms since 1970; also across reloads. */
  readonly heardAt: number | undefined;
  /** When the present rung began. */
  readonly since: number;
}

export type SignedIn = 'unknown' | 'yes' | 'no';

/** A Solid store: reading in a tracked scope subscribes. */
export interface AppState {
  readonly signedIn: SignedIn;
  readonly me: Me | undefined;
  readonly connection: Connection;
  /** All that is known, by sort, feed and key, with optimistic documents in place; `sorts.ts` has typed ways to it. */
  readonly items: ShownItems;
  /** Of this device, newest first. */
  readonly wishes: readonly Wish[];
  /** What was typed here and is not applied yet, by `draftKey`. */
  readonly drafts: Readonly<Record<string, Draft>>;
  /** When machines were opened here, and which are marked to be kept. */
  readonly visits: Visits;
  /** Whether the replica has been read: before, nothing is known. */
  readonly restored: boolean;
  /** How much of the bodies is here for reading offline, 0 to 1, by machine. */
  readonly bodiesHere: Readonly<Record<string, number>>;
  /** `memory`: this browser keeps nothing for us (no space, private window), so a reload starts from nothing. */
  readonly replica: 'kept' | 'memory';
  /** Why the sign-in link that the app was opened with did not work. */
  readonly signInProblem: CommandProblem | undefined;
  /** A link was opened for somebody else than is signed in: who they want to be. */
  readonly signInQuestion: SignInQuestion | undefined;
  /** When an account at a provider was tied to the person, on the way back from there; ms since 1970. */
  readonly tiedAt: number | undefined;
  /** A newer app is here and waits; offer `applyUpdate()`, but never under an edit. */
  readonly updateReady: boolean;
  /** The browser would install the app now: `install()` asks. */
  readonly installable: boolean;
}

/** Whom a link signs in, which is not used up yet, and who is signed in. */
export interface SignInQuestion {
  readonly token: string;
  readonly as: { readonly name: string; readonly organisation: string };
  readonly now: { readonly person: string; readonly name: string };
}

/** What of the audit is wanted; empty for all. `from` is ISO 8601. */
export type AuditFilter = Omit<QueryOf<'audit'>, 'limit' | 'after' | 'to'>;

export interface App {
  readonly state: AppState;
  /** A document's body, checked against its rev, from the replica or the relay; undefined where neither has it. */
  body(machine: string, rev: string): Promise<BodyText | undefined>;
  /** Keeps what was typed until it is applied or dropped; resolves to whether it outlives the page. */
  keepDraft(draft: Draft): Promise<boolean>;
  dropDraft(key: string): void;
  /** Resolves once no other tab edits the document of that draft; none does until `signal` aborts. */
  editAlone(key: string, signal: AbortSignal): Promise<void>;
  /** What a machine would answer, from what this device and the relay hold; undefined where only the machine can tell. The project is named by its id. */
  answer<Kind extends QueryKindName>(
    machine: string,
    kind: Kind,
    args: ArgsOf<Kind>,
  ): Promise<ResultOf<Kind> | undefined>;
  /** Asks a machine; what it answers. Rejects with a Problem or an Interruption. */
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
      /** The draft whose text it carries: kept until this command is done. */
      draft?: Draft;
    },
  ): Promise<Settled<Kind>>;
  /** Forgets a wish that has ended (its toast was closed, its conflict decided). */
  dismiss(wish: string): void;
  cancel(wish: string): Promise<void>;
  /** Signs in; throws a Problem. A link that the app is opened with (`/#/sign-in/<token>`) is used, and taken out of the URL and the history, before the first screen is drawn. */
  signIn(request: SessionRequest): Promise<void>;
  /** Answers `signInQuestion`: whether to sign in as the other. Throws a Problem. */
  answerSignIn(yes: boolean): Promise<void>;
  /** Which ways in the relay has beside links. */
  signInWays(): Promise<{ readonly passkey: boolean; readonly oidc?: string | undefined }>;
  /** Asks the browser for a passkey; throws where none was chosen. */
  signInByPasskey(): Promise<void>;
  /** Leaves for the provider; the way back signs in. */
  signInByProvider(): Promise<void>;
  /** Signs out and empties the replica. */
  signOut(): Promise<void>;
  /** The machine is on the screen now: it is kept here from now on. */
  openMachine(machine: string): void;
  /** Makes or changes one of the person's own records, on all their devices; shown at once, and sent when the relay can be reached. */
  keepRecord(record: OwnRecord): void;
  dropRecord(id: string): void;
  /** Saves a view under a name, for the person or the whole organisation. Throws a Problem or an Interruption. */
  saveView(view: { readonly title: string; readonly isShared: boolean; readonly meta: Meta }): Promise<void>;
  removeView(id: string): Promise<void>;
  /** Whether a machine is kept here also when nobody opens it. */
  keepMachine(machine: string, kept: boolean): void;
  renameMachine(machine: string, name: string): Promise<void>;
  removeMachine(machine: string): Promise<void>;
  /** Ends every key of a machine; resolves to its new one, which is shown once. */
  replaceMachineKey(machine: string): Promise<string>;
  /** Registers a machine; the key is shown once. */
  createMachine(name: string): Promise<{ id: string; name: string; key: string }>;
  /** Which machine shows a code, and letting it in or turning it away. */
  lookDevice(code: string): Promise<DeviceRequest>;
  decideDevice(code: string, decision: 'approve' | 'deny'): Promise<void>;
  /** Sets what the person signs in by; their other sessions end. */
  setPassword(request: { email: string; password: string; current?: string }): Promise<void>;
  passkeys(): Promise<readonly PasskeyRecord[]>;
  /** Has the browser make a passkey; throws where none was made. */
  addPasskey(name: string): Promise<void>;
  removePasskey(passkey: string): Promise<void>;
  /** Accounts at the provider that the person signs in by. */
  accounts(): Promise<readonly AccountRecord[]>;
  /** Leaves for the provider; the way back ties the account. */
  tieAccount(): Promise<void>;
  /** The fingerprint of the key that this device signs with; undefined where it has none. */
  deviceKey(): Promise<string | undefined>;
  /** Makes this device a key, tells the relay its public half, and resolves to its fingerprint. */
  makeDeviceKey(name: string): Promise<string>;
  /** A page of the audit, newest first; `next` has the `after` of the following one. */
  audit(
    filter: AuditFilter,
    after?: string,
  ): Promise<{ readonly items: readonly AuditEntry[]; readonly next?: string | undefined }>;
  /** The whole audit as JSON Lines. */
  auditFile(): Promise<Blob>;
  /** Where the person is signed in. */
  sessions(): Promise<readonly SessionRecord[]>;
  revokeSession(session: string): Promise<void>;
  /** Keys of people and machines, without their secrets. */
  keys(): Promise<readonly KeyRecord[]>;
  /** Makes a key; its text is shown once. */
  createKey(request: { name: string; scope: Scope; expiresInDays?: number }): Promise<string>;
  revokeKey(key: string): Promise<void>;
  /** Who belongs to the organisation. */
  members(): Promise<readonly Member[]>;
  setRole(person: string, role: Role): Promise<void>;
  removeMember(person: string): Promise<void>;
  /** Ends all sessions, sign-in links, keys and device keys of a member, who stays one. */
  revokeMember(person: string): Promise<void>;
  /** A one-use link that makes whoever opens it a member. */
  invite(name: string, role: 'viewer' | 'member' | 'admin'): Promise<{ url: string; expiresAt: string }>;
  /** A one-use link for a member who has lost every other way in. */
  memberSignInLink(person: string): Promise<{ url: string; expiresAt: string }>;
  /** Invitations that nobody has opened yet. */
  invitations(): Promise<readonly InvitationRecord[]>;
  revokeInvitation(invitation: string): Promise<void>;
  renameMe(name: string): Promise<void>;
  /** Devices of the organisation that sign commands. */
  deviceKeys(): Promise<readonly DeviceKey[]>;
  /** Takes a device's key off the list. */
  removeDeviceKey(fingerprint: string): Promise<void>;
  /** A one-use link that signs another device in. */
  signInLink(): Promise<{ url: string; expiresAt: string }>;
  /** Reloads into the newer app that waits, in every tab. */
  applyUpdate(): void;
  /** Shows the browser's install prompt; whether the person accepted. Only where `state.installable`. */
  install(): Promise<boolean>;
}

export interface Settled<Kind extends CommandKindName> {
  readonly id: string;
  readonly state: CommandState | 'unsent';
  readonly result?: ResultOf<Kind>;
  readonly problem?: CommandProblem;
}
