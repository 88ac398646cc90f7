/** Passkeys (WebAuthn): kept by their credential id. What is checked of an answer is the library's. */
import { isIP } from 'node:net';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import { offerChallenge, spendChallenge } from './passkey-challenges.ts';
import { addWay, findWay, listWays, noteWay, passkeys, removeWay, type WayListed, type Whose } from './ways.ts';

export interface Passkeys {
  /** What a browser is asked to make a passkey with. `origin` is the app's. Throws `passkey-unavailable`. */
  registrationOptions(by: PersonCaller, origin: string): Promise<object>;
  /** Keeps a passkey that a browser has made. Throws `passkey-refused`, `way-taken`. */
  add(by: PersonCaller, origin: string, name: string, response: unknown): Promise<WayListed>;
  /** What a browser is asked to prove. Throws `passkey-unavailable`. */
  signInOptions(origin: string): Promise<object>;
  /** Whose passkey has answered. Throws `passkey-refused`. */
  check(origin: string, response: unknown): Promise<Whose>;
  list(whose: Whose): Promise<readonly WayListed[]>;
  /** Throws `passkey-unknown`. */
  remove(by: PersonCaller, id: string): Promise<void>;
}

/** Read when it is first needed: it takes 10 MB. */
const library = () => import('@simplewebauthn/server');

/** The passkeys in a store. */
export function createPasskeys(store: Store): Passkeys {
  return {
    registrationOptions: (by, origin) => registrationOptions(store, by, origin),
    add: (by, origin, name, response) => addPasskey(store, by, origin, name, response),
    signInOptions: async (origin) => {
      const { generateAuthenticationOptions } = await library();
      const options = await generateAuthenticationOptions({ rpID: partyOf(origin), userVerification: 'required' });
      await offerChallenge(store, options.challenge, '');
      return options;
    },
    check: (origin, response) => checkPasskey(store, origin, response),
    list: (whose) => listWays(store, whose, passkeys),
    remove: (by, id) => removePasskey(store, by, id),
  };
}

async function registrationOptions(store: Store, by: PersonCaller, origin: string): Promise<object> {
  const has = await listWays(store, by, passkeys);
  const { generateRegistrationOptions } = await library();
  const options = await generateRegistrationOptions({
    rpName: 'Sallyport',
    rpID: partyOf(origin),
    userName: by.name,
    userID: new Uint8Array(Buffer.from(by.person)),
    attestationType: 'none',
    excludeCredentials: has.map(({ key }) => ({ id: key })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await offerChallenge(store, options.challenge, by.person);
  return options;
}

async function addPasskey(
  store: Store,
  by: PersonCaller,
  origin: string,
  name: string,
  response: unknown,
): Promise<WayListed> {
  const expectedChallenge = await spendChallenge(store, response, by.person);
  const { verifyRegistrationResponse } = await library();
  const verified = await orRefused(() =>
    verifyRegistrationResponse({
      response: parse<RegistrationResponseJSON>(response),
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: partyOf(origin),
    }),
  );
  if (!verified.verified) throw new Problem('passkey-refused');
  const { id, publicKey, counter } = verified.registrationInfo.credential;
  const { organisation, person } = by;
  const kept = { publicKey: Buffer.from(publicKey).toString('base64url'), counter };
  const act: Act = { action: 'passkey-added', result: 'done', by: actorOf(by), about: { passkey: id, name } };
  await addWay(store, passkeys, { key: id, name }, { organisation, person, kept }, [act]);
  return { key: id, name, createdAt: store.now() };
}

async function checkPasskey(store: Store, origin: string, answered: unknown): Promise<Whose> {
  const response = parse<AuthenticationResponseJSON>(answered);
  const way = await findWay(store, passkeys, response.id);
  if (way === undefined) throw new Problem('passkey-refused');
  const { organisation, person, kept } = way;
  const expectedChallenge = await spendChallenge(store, answered, '');
  const { verifyAuthenticationResponse } = await library();
  const { verified, authenticationInfo } = await orRefused(() =>
    verifyAuthenticationResponse({
      response,
      expectedChallenge,
      expectedOrigin: origin,
      expectedRPID: partyOf(origin),
      credential: {
        id: response.id,
        publicKey: new Uint8Array(Buffer.from(kept.publicKey, 'base64url')),
        counter: kept.counter,
      },
    }),
  );
  if (!verified) throw new Problem('passkey-refused');
  const { newCounter: counter } = authenticationInfo;
  if (counter !== kept.counter) await noteWay(store, passkeys, response.id, { ...kept, counter });
  return { organisation, person };
}

async function removePasskey(store: Store, by: PersonCaller, id: string): Promise<void> {
  const found = (await listWays(store, by, passkeys)).find(({ key }) => key === id);
  if (found === undefined) throw new Problem('passkey-unknown');
  const about = { passkey: id, name: found.name };
  const act: Act = { action: 'passkey-removed', result: 'done', by: actorOf(by), about };
  await removeWay(store, passkeys, id, by, [act]);
}

/** The relying party: a name, since browsers give passkeys to no bare address. */
function partyOf(origin: string): string {
  const { hostname } = new URL(origin);
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) throw new Problem('passkey-unavailable');
  return hostname;
}

const Answer = v.looseObject({ id: v.pipe(v.string(), v.maxLength(1400)) });

/** The library checks the rest, and throws at what it does not like. */
function parse<Response>(answered: unknown): Response {
  if (!v.is(Answer, answered)) throw new Problem('passkey-refused');
  return answered as Response;
}

/** Only what the library alone does: a store that does not answer must not look like a wrong passkey. */
async function orRefused<Verified>(verify: () => Promise<Verified>): Promise<Verified> {
  try {
    return await verify();
  } catch (cause) {
    throw new Problem('passkey-refused', cause instanceof Error ? cause.message.slice(0, 200) : undefined, {}, cause);
  }
}
