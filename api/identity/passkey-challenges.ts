/** Challenges that passkeys answer: tickets that count once. */
import * as v from 'valibot';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { globalShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';

/** Keeps a challenge that was given to this person, or ('') to whoever signs in. */
export async function offerChallenge(store: Store, challenge: string, person: string): Promise<void> {
  const ttlMs = limits.passkeyChallengeMs;
  await store.commit(globalShard, { tickets: [{ name: ticketOf(challenge), value: person, ttlMs }] });
}

/** Takes the challenge that an answer is to, which was given to this person. Throws `passkey-refused` where there is none. */
export async function spendChallenge(store: Store, answered: unknown, person: string): Promise<string> {
  const challenge = challengeOf(answered);
  const name = ticketOf(challenge);
  const { done } = await store.commit(globalShard, {
    expect: [{ ticket: name, value: person }],
    tickets: [{ name, value: null }],
  });
  if (!done) throw new Problem('passkey-refused', 'The challenge is over, or was answered before.');
  return challenge;
}

function ticketOf(challenge: string): string {
  return `passkey-challenge/${challenge}`;
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
