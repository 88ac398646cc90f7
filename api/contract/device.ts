/** Signing in a machine (OAuth 2.0 device authorization grant, RFC 8628; metadata RFC 8414): requests, answers, and the form of the code that a person types. */
import * as v from 'valibot';
import { Id, label, Name } from './document.ts';
import { PROTOCOL } from './version.ts';

const p = v.literal(PROTOCOL);

/** Consonants that are not confused with each other and form no words (RFC 8628, section 6.1). */
export const userCodeAlphabet = 'BCDFGHJKLMNPQRSTVWXZ';
export const userCodeLength = 8;
export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** Normalises a typed user code: ignores case, blanks and hyphens. Undefined if it cannot be a code. */
export function parseUserCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s-]/g, '');
  return new RegExp(`^[${userCodeAlphabet}]{${userCodeLength}}$`).test(letters) ? letters : undefined;
}

/** A user code as it is shown: BCDF-GHJK. */
export function showUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

const clientId = v.pipe(v.string(), v.maxLength(64));

/** The body of a device authorization request, as a form. */
export const DeviceAuthorizationRequest = v.object({
  client_id: clientId,
  /** The machine's name and system, shown to the person who approves it. */
  machine_name: Name,
  os: v.optional(label(100)),
  /** Id of an existing machine that gets a new key; absent for a new machine. */
  machine: v.optional(Id),
});

export const DeviceAuthorization = v.object({
  p,
  device_code: v.string(),
  user_code: v.string(),
  verification_uri: v.string(),
  verification_uri_complete: v.string(),
  /** Seconds. */
  expires_in: v.number(),
  interval: v.number(),
});
export type DeviceAuthorization = v.InferOutput<typeof DeviceAuthorization>;

export const TokenRequest = v.object({
  grant_type: v.string(),
  device_code: v.optional(v.string()),
  client_id: v.optional(clientId),
});

/** `access_token` is the machine's key; it does not expire. */
export const TokenAnswer = v.object({
  p,
  access_token: v.string(),
  token_type: v.literal('Bearer'),
  machine: v.strictObject({ id: Id, name: Name }),
  /** The machine's organisation, and who approved it; absent in answers of older relays. */
  organisation: v.optional(v.object({ id: Id, name: Name })),
  by: v.optional(v.object({ name: Name })),
});
export type TokenAnswer = v.InferOutput<typeof TokenAnswer>;

/** The errors of the token endpoint (RFC 6749, section 5.2; RFC 8628, section 3.5), with status 400. */
export const tokenErrors = [
  'authorization_pending',
  'slow_down',
  'access_denied',
  'expired_token',
  'invalid_request',
  'unsupported_grant_type',
] as const;
export const TokenError = v.object({ error: v.picklist(tokenErrors), error_description: v.optional(v.string()) });
export type TokenError = v.InferOutput<typeof TokenError>;

const userCode = v.pipe(v.string(), v.maxLength(32));

export const DeviceLookRequest = v.strictObject({ code: userCode });
/** A machine that asks for approval: what it says about itself, and the address that the relay sees. */
export const DeviceRequest = v.object({
  p,
  name: Name,
  os: v.optional(v.string()),
  address: v.string(),
  /** The machine of this organisation that gets a new key, which ends its other keys. Absent for a new machine. */
  replaces: v.optional(v.strictObject({ id: Id, name: Name })),
  createdAt: v.string(),
  expiresAt: v.string(),
});
export type DeviceRequest = v.InferOutput<typeof DeviceRequest>;

export const DeviceDecisionRequest = v.strictObject({ code: userCode, decision: v.picklist(['approve', 'deny']) });
