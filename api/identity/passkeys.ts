/** Passkeys (WebAuthn): kept by their credential id. Challenges are tickets that count once; what is checked of an answer is the library's. */
import { isIP } from 'node:net';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import * as v from 'valibot';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import { addWay, findWay, listWays, noteWay, removeWay, type WayListed, type Whose } from './ways.ts';

/** Base64url, and what its authenticator has counted to. */
interface Kept {
  readonly publicKey: string;
  readonly counter: number;
}

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

/** The passkeys in a store. */
export function createPasskeys(store: Store): Passkeys {
  return {
    registrationOptions: async (by, origin) => {
      const has = await listWays(store, by, 'passkey');
      const options = await generateRegistrationOptions({
        rpName: 'Sallyport',
        rpID: partyOf(origin),
        userName: by.name,
        userID: new Uint8Array(Buffer.from(by.person)),
        attestationType: 'none',
        excludeCredentials: has.map(({ key }) => ({ id: key })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      await offer(store, options.challenge, by.person);
      return options;
    },
    add: async (by, origin, name, response) => {
      const expectedChallenge = await spend(store, response, by.person);
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
      const kept: Kept = { publicKey: Buffer.from(publicKey).toString('base64url'), counter };
      const act: Act = { action: 'passkey-added', result: 'done', by: actorOf(by), about: { passkey: id, name } };
      await addWay(store, 'passkey', { key: id, name }, { organisation, person, kept }, [act]);
      return { key: id, name, createdAt: store.now() };
    },
    signInOptions: async (origin) => {
      const options = await generateAuthenticationOptions({ rpID: partyOf(origin), userVerification: 'required' });
      await offer(store, options.challenge, '');
      return options;
    },
    check: async (origin, answered) => {
      const response = parse<AuthenticationResponseJSON>(answered);
      const way = await findWay<Kept>(store, 'passkey', response.id);
      if (way === undefined) throw new Problem('passkey-refused');
      const { organisation, person, kept } = way;
      const expectedChallenge = await spend(store, answered, '');
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
      if (counter !== kept.counter) await noteWay<Kept>(store, 'passkey', response.id, { ...kept, counter });
      return { organisation, person };
    },
    list: (whose) => listWays(store, whose, 'passkey'),
    remove: async (by, id) => {
      const found = (await listWays(store, by, 'passkey')).find(({ key }) => key === id);
      if (found === undefined) throw new Problem('passkey-unknown');
      const about = { passkey: id, name: found.name };
      const act: Act = { action: 'passkey-removed', result: 'done', by: actorOf(by), about };
      await removeWay(store, 'passkey', id, by, [act]);
    },
  };
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

async function offer(store: Store, challenge: string, person: string): Promise<void> {
  const ttlMs = limits.passkeyChallengeMs;
  await store.commit(globalShard, { tickets: [{ name: `passkey-challenge/${challenge}`, value: person, ttlMs }] });
}

/** Takes the challenge that an answer is to, which was given to this person (or to whoever signs in). Throws `passkey-refused` where there is none. */
async function spend(store: Store, answered: unknown, person: string): Promise<string> {
  const challenge = challengeOf(answered);
  const name = `passkey-challenge/${challenge}`;
  const { done } = await store.commit(globalShard, {
    expect: [{ ticket: name, value: person }],
    tickets: [{ name, value: null }],
  });
  if (!done) throw new Problem('passkey-refused', 'The challenge is over, or was answered before.');
  return challenge;
}

const Client = v.looseObject({ challenge: v.pipe(v.string(), v.maxLength(200)) });
const Answered = v.looseObject({ response: v.looseObject({ clientDataJSON: v.pipe(v.string(), v.maxLength(8192)) }) });

/** As the browser names it (WebAuthn, section 5.8.1); the library checks what else is said there. */
function challengeOf(answered: unknown): string {
  if (!v.is(Answered, answered)) throw new Problem('passkey-refused');
  try {
    const json: unknown = JSON.parse(Buffer.from(answered.response.clientDataJSON, 'base64url').toString());
    return v.parse(Client, json).challenge;
  } catch (cause) {
    throw new Problem('passkey-refused', undefined, {}, cause);
  }
}
