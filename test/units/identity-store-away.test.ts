/** A store that does not answer says nothing of a person, a password or a key: whichever look-up of a sign-in it fails, the answer is "try again", and never "wrong", "removed" or "used up". */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Actor } from '#contract/audit.ts';
import { Problem } from '#contract/problems.ts';
import type { PersonCaller } from '../../api/identity/caller.ts';
import { createIdentity, type Identity } from '../../api/identity/identity.ts';
import { createOidc } from '../../api/identity/oidc.ts';
import { addWay, passkeys } from '../../api/identity/ways.ts';
import { storeWith } from '../../api/store/around.ts';
import { openStore } from '../../api/store/open.ts';
import type { Store } from '../../api/store/store.ts';
import { openOidcProvider, type TestProvider } from '../kit/oidc-provider.ts';

const by: Actor = { name: 'test', via: 'command-line' };
const email = 'ada@example.com';
const password = 'long enough';
const origin = 'http://localhost:1';
const browser = { isPlain: false };

let store: Store;
/** Calls of the store until one fails; without end where negative. */
let callsLeft = -1;
let identity: Identity;
let owner: PersonCaller;
before(async () => {
  const opened = await openStore('sqlite::memory:');
  store = storeWith(opened, async (_, call) => {
    if (callsLeft === 0) throw new Problem('store-away');
    callsLeft -= 1;
    return await call();
  });
  identity = createIdentity(store);
  const founded = await identity.organisations.ensureOwner('Ada');
  const { token } = await identity.sessions.begin({ ...founded, scope: 'admin' }, 'link', browser);
  await identity.passwords.set(await identity.callerOfSession(token), { email, password }, true);
  const again = await identity.sessions.begin({ ...founded, scope: 'admin' }, 'password', browser);
  owner = await identity.callerOfSession(again.token);
});
after(async () => await store[Symbol.asyncDispose]());

/** Runs `work` with the first call of the store failing, then the second, until it gets through; `prepare` comes before each with a store that answers. */
async function throughFaults<Prepared>(
  prepare: () => Promise<Prepared>,
  work: (prepared: Prepared) => Promise<unknown>,
): Promise<void> {
  for (let calls = 0; ; calls++) {
    const prepared = await prepare();
    callsLeft = calls;
    const failed = await work(prepared).then(
      () => undefined,
      (error: unknown) => error,
    );
    const wasReached = callsLeft === 0;
    callsLeft = -1;
    if (failed === undefined && !wasReached) {
      assert.ok(calls > 0, 'the store was asked nothing');
      return;
    }
    if (failed === undefined) continue;
    assert.ok(failed instanceof Problem && failed.code === 'store-away', `call ${calls}: ${failed}`);
  }
}

test('signing in by a password', async () => {
  await throughFaults(
    async () => undefined,
    () => identity.passwords.check(email, password, { network: '192.0.2.1', device: 'x'.repeat(43) }),
  );
});

test('a session, one by a key too, and a key', async () => {
  const { key } = await identity.keys.create({ ...idsOf(owner), name: 'k', scope: 'admin' }, by);
  const caller = await identity.callerOfKey(key);
  assert.ok(caller.kind === 'person');
  const link = await identity.links.createLink(caller, by, caller.credential);
  const { token } = await identity.sessions.begin(await identity.links.redeem(link.token), 'link', browser);
  await throughFaults(
    async () => undefined,
    () => identity.callerOfSession(token),
  );
  await throughFaults(
    // A new one each time: what was looked up a moment ago is known.
    async () => (await identity.keys.create({ ...idsOf(owner), name: 'k', scope: 'read' }, by)).key,
    (fresh) => identity.callerOfKey(fresh),
  );
});

test('a link for oneself, for a member, an invitation: none is used up by a store that fails', async () => {
  const member = { id: 'a-member-of-test', name: 'Max', role: 'member', joinedAt: 1 } as const;
  await identity.people.add(owner.organisation, member, by);
  for (const make of [
    () => identity.links.createLink(owner, by, owner.credential),
    () => identity.links.createLinkFor(member, owner),
    () => identity.invitations.invite({ id: `invited-${Math.random()}`, name: 'Ida', role: 'viewer' }, owner),
  ])
    await throughFaults(make, ({ token }) => identity.links.look(token));
  for (const make of [
    () => identity.links.createLink(owner, by, owner.credential),
    () => identity.links.createLinkFor(member, owner),
  ])
    await throughFaults(make, async ({ token }) => {
      const failed = await identity.links.redeem(token).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failed === undefined) return;
      callsLeft = -1;
      await identity.links.redeem(token);
      throw failed;
    });
});

test('a machine that was let in', async () => {
  await throughFaults(
    async () => {
      const begun = await identity.devices.begin({ name: 'laptop', address: '192.0.2.1' });
      await identity.devices.decide(begun.userCode.replace('-', ''), owner, 'approve');
      return begun.deviceCode;
    },
    async (code) => assert.equal((await identity.devices.poll(code)).is, 'approved'),
  );
});

test('a passkey: the challenge that cannot be looked up is no wrong passkey', async () => {
  const id = 'a-passkey-of-test';
  await addWay(
    store,
    passkeys,
    { key: id, name: 'phone' },
    { ...idsOf(owner), kept: { publicKey: '', counter: 0 } },
    [],
  );
  const answer = async () => {
    const { challenge } = (await identity.passkeys.signInOptions(origin)) as { challenge: string };
    const clientDataJSON = Buffer.from(JSON.stringify({ challenge, origin, type: 'webauthn.get' })).toString(
      'base64url',
    );
    return { id, rawId: id, type: 'public-key', response: { clientDataJSON } };
  };
  for (const calls of [0, 1]) {
    const answered = await answer();
    callsLeft = calls;
    await assert.rejects(identity.passkeys.check(origin, answered), { code: 'store-away' });
    callsLeft = -1;
  }
  await assert.rejects(identity.passkeys.check(origin, await answer()), { code: 'passkey-refused' });
});

test('an account at a provider keeps its member', async () => {
  await using provider: TestProvider = await openOidcProvider(`${origin}/`);
  provider.account = { sub: 'joan', name: 'Joan' };
  const { issuer, clientId, clientSecret } = provider;
  const config = { issuer: new URL(issuer), clientId, clientSecret, role: 'viewer' as const };
  const oidc = createOidc(store, identity, config);
  const comeBack = async () => await provider.visit((await oidc.begin(origin)).url);
  const { person } = await oidc.finish(origin, await comeBack());
  await throughFaults(comeBack, async (query) => assert.equal((await oidc.finish(origin, query)).person, person));
});

function idsOf({ organisation, person }: PersonCaller) {
  return { organisation, person };
}
