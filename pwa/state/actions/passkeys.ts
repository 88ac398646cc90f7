/** The screens' actions on the person's passkeys. */
import type { Api } from '../../api.ts';
import type { App } from '../app-state.ts';

type PasskeyActions = Pick<App, 'passkeys' | 'addPasskey' | 'removePasskey'>;

/** The person's passkeys. */
export function createPasskeyActions(api: Api): PasskeyActions {
  return {
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
  };
}
