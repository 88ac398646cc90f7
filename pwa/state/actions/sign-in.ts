/** The screens' actions on a person's ways to sign in. */
import type { Api } from '../../api.ts';
import type { App } from '../app-state.ts';
import { noteAway } from '../device/arrival.ts';
import type { Person } from '../device/person.ts';

type SignInActions = Pick<
  App,
  | 'signInWays'
  | 'signInByPasskey'
  | 'signInByProvider'
  | 'signInLink'
  | 'setPassword'
  | 'accounts'
  | 'tieAccount'
  | 'renameMe'
>;

/** Builds the actions. */
export function createSignInActions(api: Api, person: Person): SignInActions {
  return {
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
    async signInLink() {
      const { url, expiresAt } = await api.call('signInLink');
      return { url: new URL(url, location.origin).href, expiresAt };
    },
    async setPassword(request) {
      await api.call('passwordSet', { body: request });
      await person.look();
    },
    async accounts() {
      return (await api.call('accounts')).items;
    },
    async tieAccount() {
      leave(await api.call('accountBegin'), 'tie');
    },
    async renameMe(name) {
      await api.call('meChange', { body: { name } });
      await person.look();
    },
  };
}

/** Opens a provider's page. */
function leave({ url, state }: { url: string; state: string }, does: 'sign-in' | 'tie'): void {
  noteAway(state, does, sessionStorage);
  location.assign(url);
}
