/** The screens' actions on members, invitations, sessions and keys; and the audit. */
import type { Api } from '../../api.ts';
import type { App } from '../app-state.ts';

type MemberActions = Pick<
  App,
  | 'members'
  | 'setRole'
  | 'removeMember'
  | 'revokeMember'
  | 'invite'
  | 'memberSignInLink'
  | 'invitations'
  | 'revokeInvitation'
>;

/** Actions on members and invitations. */
export function createMemberActions(api: Api): MemberActions {
  return {
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
  };
}

type AccessActions = Pick<
  App,
  | 'audit'
  | 'auditFile'
  | 'accountFile'
  | 'sessions'
  | 'revokeSession'
  | 'keys'
  | 'createKey'
  | 'revokeKey'
  | 'deviceKey'
  | 'makeDeviceKey'
  | 'deviceKeys'
  | 'removeDeviceKey'
>;

/** Actions on sessions and keys, and the audit. */
export function createAccessActions(api: Api): AccessActions {
  return {
    audit: (filter, after) => api.call('audit', { query: { limit: 50, after, ...filter } }),
    auditFile: () => api.file('auditExport'),
    accountFile: () => api.file('meExport'),
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
    async deviceKey() {
      const { openDeviceKey } = await import('../device/device-key.ts');
      return (await openDeviceKey())?.fingerprint;
    },
    async makeDeviceKey(name) {
      const { makeDeviceKey, registerDeviceKey } = await import('../device/device-key.ts');
      const held = await makeDeviceKey();
      await registerDeviceKey(api, held, name);
      return held.fingerprint;
    },
    async deviceKeys() {
      return (await api.call('deviceKeys')).items;
    },
    async removeDeviceKey(fingerprint) {
      await api.call('deviceKeyRemove', { parameters: { fingerprint } });
    },
  };
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
