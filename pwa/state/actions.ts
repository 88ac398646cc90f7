/** What the screens may ask of the app: `App` of `app-state.ts`, over the parts. */
import { untrack } from 'solid-js';
import { type Document, documentKey } from '#contract/document.ts';
import type { ArgsOf, CommandKindName, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import { Interruption } from '../api.ts';
import type { App, BodyText, Settled } from './app-state.ts';
import { noteAway } from './arrival.ts';
import type { Installing } from './installing.ts';
import type { Parts } from './parts.ts';
import type { Person } from './person.ts';
import { holdAlone } from './tabs.ts';
import { hasEnded, type WishKept } from './wish.ts';

/** What went well is forgotten after this time, when something else is wished. */
const oldNewsMs = 10 * 60 * 1000;

type SendOptions = Parameters<App['send']>[3];

/** The app as the screens see it. */
export function createActions(parts: Parts, person: Person, installing: () => Installing | undefined): App {
  const { api, state, wishes } = parts;
  return {
    state,
    body: (machine, rev) => bodyOrNothing(parts, machine, rev),
    async ask<Kind extends QueryKindName>(machine: string, kind: Kind, args: ArgsOf<Kind>) {
      // The answer is the kind's, which the api does not look into.
      return (await api.call('queryAsk', { parameters: { machine }, body: { kind, args } })).result as ResultOf<Kind>;
    },
    send: (machine, kind, args, options) => send(parts, machine, kind, args, options),
    keepDraft: (draft) => parts.drafts.put(plain(draft)),
    dropDraft: (key) => parts.drafts.remove(key),
    editAlone: holdAlone,
    dismiss(id) {
      const wish = wishes.get(id);
      if (wish !== undefined && hasEnded(wish)) void wishes.remove(id);
    },
    cancel: (id) => parts.sending.cancel(id),
    signIn: person.signIn,
    answerSignIn: person.answer,
    signOut: person.signOut,
    async renameMachine(machine, name) {
      await api.call('machineRename', { parameters: { machine }, body: { name } });
    },
    async removeMachine(machine) {
      await api.call('machineRemove', { parameters: { machine } });
    },
    async replaceMachineKey(machine) {
      return (await api.call('machineKeyReplace', { parameters: { machine } })).key;
    },
    async createMachine(name) {
      const { machine, key } = await api.call('machineCreate', { body: { name } });
      return { ...machine, key };
    },
    lookDevice: (code) => api.call('deviceLook', { body: { code } }),
    async decideDevice(code, decision) {
      await api.call('deviceDecide', { body: { code, decision } });
    },
    signInWays: () => api.call('signInWays'),
    async signInByPasskey() {
      const { startAuthentication } = await import('@simplewebauthn/browser');
      const { options } = await api.call('passkeySignIn');
      const optionsJSON = options as unknown as Parameters<typeof startAuthentication>[0]['optionsJSON'];
      await person.signIn({ passkey: { ...(await startAuthentication({ optionsJSON })) } });
    },
    async signInByProvider() {
      leave(await api.call('oidcSignIn'), 'sign-in');
    },
    async setPassword(request) {
      await api.call('passwordSet', { body: request });
      await person.look();
    },
    async passkeys() {
      return (await api.call('passkeys')).items;
    },
    async addPasskey(name) {
      const { startRegistration } = await import('@simplewebauthn/browser');
      const { options } = await api.call('passkeyOptions');
      const optionsJSON = options as unknown as Parameters<typeof startRegistration>[0]['optionsJSON'];
      await api.call('passkeyAdd', { body: { name, response: { ...(await startRegistration({ optionsJSON })) } } });
    },
    async removePasskey(passkey) {
      await api.call('passkeyRemove', { parameters: { passkey } });
    },
    async accounts() {
      return (await api.call('accounts')).items;
    },
    async tieAccount() {
      leave(await api.call('accountBegin'), 'tie');
    },
    async deviceKey() {
      const { openDeviceKey } = await import('./device-key.ts');
      return (await openDeviceKey())?.fingerprint;
    },
    async makeDeviceKey(name) {
      const { makeDeviceKey } = await import('./device-key.ts');
      const { publicKey, fingerprint } = await makeDeviceKey();
      await api.call('deviceKeyAdd', { body: { name, publicKey } });
      return fingerprint;
    },
    audit: (filter, after) => api.call('audit', { query: { limit: 50, after, ...filter } }),
    auditFile: () => api.file('auditExport'),
    async sessions() {
      return (await api.call('sessions')).items;
    },
    async revokeSession(session) {
      await api.call('sessionRevoke', { parameters: { session } });
    },
    async keys() {
      return await allPages((after) => api.call('keys', { query: { limit: 500, ...after } }));
    },
    async createKey(request) {
      return (await api.call('keyCreate', { body: request })).key;
    },
    async revokeKey(key) {
      await api.call('keyRevoke', { parameters: { key } });
    },
    async members() {
      return await allPages((after) => api.call('members', { query: { limit: 500, ...after } }));
    },
    async setRole(person, role) {
      await api.call('memberChange', { parameters: { person }, body: { role } });
    },
    async removeMember(person) {
      await api.call('memberRemove', { parameters: { person } });
    },
    async revokeMember(person) {
      await api.call('memberRevoke', { parameters: { person } });
    },
    async invite(name, role) {
      const { url, expiresAt } = await api.call('invitationCreate', { body: { name, role } });
      return { url: new URL(url, location.origin).href, expiresAt };
    },
    async memberSignInLink(person) {
      const { url, expiresAt } = await api.call('memberSignInLink', { parameters: { person } });
      return { url: new URL(url, location.origin).href, expiresAt };
    },
    async invitations() {
      return (await api.call('invitations')).items;
    },
    async revokeInvitation(invitation) {
      await api.call('invitationRevoke', { parameters: { invitation } });
    },
    async renameMe(name) {
      await api.call('meChange', { body: { name } });
      await person.look();
    },
    async deviceKeys() {
      return (await api.call('deviceKeys')).items;
    },
    async removeDeviceKey(fingerprint) {
      await api.call('deviceKeyRemove', { parameters: { fingerprint } });
    },
    async signInLink() {
      const { url, expiresAt } = await api.call('signInLink');
      return { url: new URL(url, location.origin).href, expiresAt };
    },
    applyUpdate: () => installing()?.applyUpdate(),
    install: async () => (await installing()?.install()) ?? false,
  };
}

/** Goes to a provider. */
function leave({ url, state }: { url: string; state: string }, does: 'sign-in' | 'tie'): void {
  noteAway(state, does, sessionStorage);
  location.assign(url);
}

async function bodyOrNothing({ bodies }: Parts, machine: string, rev: string): Promise<BodyText | undefined> {
  try {
    return await bodies.text(machine, rev);
  } catch (error) {
    if (error instanceof Interruption) return undefined;
    throw error;
  }
}

async function send<Kind extends CommandKindName>(
  parts: Parts,
  machine: string,
  kind: Kind,
  args: ArgsOf<Kind>,
  options: SendOptions,
): Promise<Settled<Kind>> {
  for (const { id, state, endedAt = 0 } of parts.wishes.all())
    if (state === 'done' && Date.now() - endedAt > oldNewsMs) void parts.wishes.remove(id);
  const wish = createWish(parts, machine, kind, args, options);
  if (options.draft !== undefined) void parts.drafts.put({ ...plain(options.draft), wish: wish.id });
  await parts.wishes.put(wish);
  if (options.undoOf !== undefined) void parts.wishes.remove(options.undoOf);
  await parts.sending.see(wish);
  const { id, state, result, problem } = parts.wishes.get(wish.id) ?? { ...wish, state: 'unsent', result: undefined };
  return {
    id,
    state: state === 'sending' ? 'unsent' : state,
    ...(result === undefined ? {} : { result: result as NonNullable<Settled<Kind>['result']> }),
    ...(problem === undefined ? {} : { problem }),
  };
}

function createWish(
  { ledger }: Parts,
  machine: string,
  kind: CommandKindName,
  args: Readonly<Record<string, unknown>>,
  { ifRev, whenOffline = 'refuse', optimistic }: SendOptions,
): WishKept {
  const covered =
    optimistic === undefined ? undefined : ledger.facts.documents.get(machine)?.get(documentKey(optimistic));
  return {
    id: randomId(),
    machine,
    kind,
    args: plain(args),
    ifRev,
    seenRev: ifRev,
    state: 'sending',
    sentAt: Date.now(),
    whenOffline,
    coveredRev: covered?.rev,
    maybeTaken: false,
    receipts: 0,
    endedAt: undefined,
    ...(optimistic === undefined ? {} : { optimistic: plain<Document>(optimistic) }),
  };
}

/** The JSON value itself, where screens may hand over a part of the store. */
function plain<Value>(value: Value): Value {
  return untrack(() => JSON.parse(JSON.stringify(value)));
}

/** 128 random bits; `crypto.randomUUID` is not to be had on plain http. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** All items of a list, page by page. */
async function allPages<Item>(
  page: (after: { after?: string }) => Promise<{ items: readonly Item[]; next?: string | undefined }>,
): Promise<readonly Item[]> {
  const all: Item[] = [];
  for (let after: { after?: string } | undefined = {}; after !== undefined; ) {
    const { items, next } = await page(after);
    all.push(...items);
    const following = next === undefined ? null : new URL(next, location.origin).searchParams.get('after');
    after = following === null ? undefined : { after: following };
  }
  return all;
}
