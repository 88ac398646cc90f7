/** People, their keys and sessions, as they cross the wire. */
import * as v from 'valibot';
import { Id, Name } from './document.ts';
import { limits } from './limits.ts';
import { roles, scopes } from './scopes.ts';

export const Scope = v.picklist(scopes);
export const Role = v.picklist(roles);

/** A name for signing in. We never send mail to it, so only its form is checked. */
export const Email = v.pipe(v.string(), v.maxLength(254), v.regex(/^[^\s@]+@[^\s@]+$/, 'This is no e-mail address'));

export const Me = v.strictObject({
  person: v.strictObject({ id: Id, name: Name, email: v.optional(Email) }),
  organisation: v.strictObject({ id: Id, name: Name }),
  role: Role,
  /** The person's own role, if this session or key has a lower one because it was created before they were promoted. */
  ownRole: v.optional(Role),
  scope: Scope,
  via: v.picklist(['session', 'key']),
});
export type Me = v.InferOutput<typeof Me>;

/** A session of a person. */
export const SessionRecord = v.strictObject({
  id: Id,
  createdAt: v.string(),
  expiresAt: v.string(),
  /** The browser's User-Agent, shortened. */
  agent: v.optional(v.string()),
  /** How the person signed in. */
  way: v.optional(v.picklist(['link', 'password', 'passkey', 'oidc'])),
  /** Whether it is the session of this request. */
  current: v.boolean(),
});
export type SessionRecord = v.InferOutput<typeof SessionRecord>;

/** A member of the organisation. */
export const Member = v.strictObject({ id: Id, name: Name, role: Role, joinedAt: v.optional(v.string()) });
export type Member = v.InferOutput<typeof Member>;

export const MemberChange = v.strictObject({ role: Role });
/** Asks for a one-use link that makes the person who opens it a member. The answer is a sign-in link. */
export const InvitationRequest = v.strictObject({ name: Name, role: v.picklist(['viewer', 'member', 'admin']) });

/** An open invitation. */
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
/** `owner`: name of the new organisation's owner. */
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

/** The only answer that contains the key itself. */
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

/** The query with which the provider sent the browser back. */
const OidcReturn = v.pipe(v.string(), v.maxLength(4096));

/** The ways to sign in beside links; `oidc` names the provider. */
export const SignInWays = v.object({ p: v.string(), passkey: v.boolean(), oidc: v.optional(v.string()) });

/** Options for the browser's WebAuthn call. */
export const PasskeyOptions = v.object({ p: v.string(), options: v.looseObject({ challenge: v.string() }) });
export const PasskeyRequest = v.strictObject({ name: Name, response: v.looseObject({ id: v.string() }) });
export const PasskeyRecord = v.strictObject({ id: v.string(), name: v.string(), createdAt: v.string() });
export type PasskeyRecord = v.InferOutput<typeof PasskeyRecord>;

/** The provider's address, and the state that must come back from there. */
export const OidcBegun = v.object({ p: v.string(), url: v.string(), state: v.string() });
export const OidcLinkRequest = v.strictObject({ oidc: OidcReturn });
export const AccountRecord = v.strictObject({ name: v.string(), createdAt: v.string() });
export type AccountRecord = v.InferOutput<typeof AccountRecord>;

/** `POST /v1/sessions`: the token from the fragment of a sign-in link, e-mail and password, a passkey's answer, or what an OIDC provider sent back. With a token, `instead` is the id of the person who is signed in and has agreed that the link's person takes their place. */
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

/** `PUT /v1/me/password`. `current` is required if a password is set, unless the session has just begun in another way. */
export const PasswordRequest = v.strictObject({
  email: Email,
  password: Password,
  current: v.optional(v.pipe(v.string(), v.maxLength(limits.passwordLengthMax))),
});

/** A one-use sign-in link; `url` is absolute only if the relay knows its public address. */
export const SignInLink = v.object({ p: v.string(), url: v.string(), expiresAt: v.string() });
