/** People, their keys and sessions, as they cross the wire. */
import * as v from 'valibot';
import { Id, Name } from './document.ts';
import { limits } from './limits.ts';
import { roles, scopes } from './scopes.ts';

export const Scope = v.picklist(scopes);
export const Role = v.picklist(roles);

/** What somebody signs in by: never written to, so all that counts is that it has the form. */
export const Email = v.pipe(v.string(), v.maxLength(254), v.regex(/^[^\s@]+@[^\s@]+$/, 'This is no e-mail address'));

export const Me = v.strictObject({
  person: v.strictObject({ id: Id, name: Name, email: v.optional(Email) }),
  organisation: v.strictObject({ id: Id, name: Name }),
  role: Role,
  /** The person's own role, where this session or key does less: it was given before they were promoted. */
  ownRole: v.optional(Role),
  scope: Scope,
  via: v.picklist(['session', 'key']),
});
export type Me = v.InferOutput<typeof Me>;

/** Where somebody is signed in. */
export const SessionRecord = v.strictObject({
  id: Id,
  createdAt: v.string(),
  expiresAt: v.string(),
  /** What the browser calls itself, shortened. */
  agent: v.optional(v.string()),
  /** How it was begun. */
  way: v.optional(v.picklist(['link', 'password', 'passkey', 'oidc'])),
  /** Whether it is the one that asks. */
  current: v.boolean(),
});
export type SessionRecord = v.InferOutput<typeof SessionRecord>;

/** Somebody of the organisation. */
export const Member = v.strictObject({ id: Id, name: Name, role: Role, joinedAt: v.optional(v.string()) });
export type Member = v.InferOutput<typeof Member>;

export const MemberChange = v.strictObject({ role: Role });
/** A one-use link that makes whoever opens it a member; its answer is a sign-in link. */
export const InvitationRequest = v.strictObject({ name: Name, role: v.picklist(['viewer', 'member', 'admin']) });

/** An invitation that nobody has opened yet. */
export const InvitationRecord = v.strictObject({
  id: Id,
  name: Name,
  role: Role,
  /** Who invited them. */
  by: v.string(),
  createdAt: v.string(),
  expiresAt: v.string(),
});
export type InvitationRecord = v.InferOutput<typeof InvitationRecord>;

export const NameRequest = v.strictObject({ name: Name });
/** `owner`: what the owner of the new organisation is called. */
export const OrganisationRequest = v.strictObject({ name: Name, owner: Name });

/** A key without its secret. */
export const KeyRecord = v.strictObject({
  id: Id,
  name: Name,
  /** The machine it belongs to; absent for a person's key. */
  machine: v.optional(Id),
  scope: v.optional(Scope),
  createdAt: v.string(),
  lastUsedAt: v.optional(v.string()),
  expiresAt: v.optional(v.string()),
});
export type KeyRecord = v.InferOutput<typeof KeyRecord>;

export const KeyRequest = v.strictObject({
  name: Name,
  scope: v.optional(Scope),
  expiresInDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3650))),
});

/** The only answer that ever holds the key itself. */
export const KeyCreated = v.object({ p: v.string(), ...KeyRecord.entries, key: v.string() });

export const MachineRequest = v.strictObject({ name: Name });
/** A new machine and its key, shown once. */
export const MachineCreated = v.object({
  p: v.string(),
  machine: v.strictObject({ id: Id, name: Name }),
  key: v.string(),
});

const Password = v.pipe(
  v.string(),
  v.minLength(limits.passwordLengthMin, `A password has at least ${limits.passwordLengthMin} characters`),
  v.maxLength(limits.passwordLengthMax),
);

/** The query that the provider sent the browser back with. */
const OidcReturn = v.pipe(v.string(), v.maxLength(4096));

/** Which ways in there are beside links; `oidc` names the provider. */
export const SignInWays = v.object({ p: v.string(), passkey: v.boolean(), oidc: v.optional(v.string()) });

/** What a browser's WebAuthn is called with. */
export const PasskeyOptions = v.object({ p: v.string(), options: v.looseObject({ challenge: v.string() }) });
export const PasskeyRequest = v.strictObject({ name: Name, response: v.looseObject({ id: v.string() }) });
export const PasskeyRecord = v.strictObject({ id: v.string(), name: v.string(), createdAt: v.string() });
export type PasskeyRecord = v.InferOutput<typeof PasskeyRecord>;

/** Where the browser goes, and the state that it has to come back with. */
export const OidcBegun = v.object({ p: v.string(), url: v.string(), state: v.string() });
export const OidcLinkRequest = v.strictObject({ oidc: OidcReturn });
export const AccountRecord = v.strictObject({ name: v.string(), createdAt: v.string() });
export type AccountRecord = v.InferOutput<typeof AccountRecord>;

/** `POST /v1/sessions`: the token from the fragment of a sign-in link (with `instead`, the id of whoever is signed in and said that the link's person shall be), e-mail and password, a passkey's answer, or what an OIDC provider sent back. */
export const SessionRequest = v.union(
  [
    v.strictObject({ token: v.pipe(v.string(), v.maxLength(200)), instead: v.optional(Id) }),
    v.strictObject({ email: Email, password: v.pipe(v.string(), v.maxLength(limits.passwordLengthMax)) }),
    v.strictObject({ passkey: v.looseObject({ id: v.string() }) }),
    v.strictObject({ oidc: OidcReturn }),
  ],
  'This takes a token, an email and a password, a passkey, or what an OIDC provider sent back',
);
export type SessionRequest = v.InferInput<typeof SessionRequest>;

/** `PUT /v1/me/password`. `current` is needed where there is one, unless the session was just begun in another way. */
export const PasswordRequest = v.strictObject({
  email: Email,
  password: Password,
  current: v.optional(v.pipe(v.string(), v.maxLength(limits.passwordLengthMax))),
});

/** A one-use sign-in link; `url` is absolute only where the relay knows its public address. */
export const SignInLink = v.object({ p: v.string(), url: v.string(), expiresAt: v.string() });
