/** The screens' actions on the devices that are notified, and on webhooks. */
import type { Api } from '../../api.ts';
import type { App } from '../app-state.ts';

type PushActions = Pick<
  App,
  | 'pushDevices'
  | 'notifyHere'
  | 'changePushDevice'
  | 'testPushDevice'
  | 'removePushDevice'
  | 'webhooks'
  | 'createWebhook'
  | 'testWebhook'
  | 'removeWebhook'
>;

/** Actions on the person's own devices. What the browser does is loaded with the first of them. */
export function createPushActions(api: Api): PushActions {
  return {
    async pushDevices() {
      return (await api.call('push')).items;
    },
    async notifyHere(name) {
      const { turnOn } = await import('../device/notifying.ts');
      await turnOn(api, name);
    },
    async changePushDevice(device, body) {
      await api.call('pushChange', { parameters: { device }, body });
    },
    async testPushDevice(device) {
      return await api.call('pushTest', { parameters: { device } });
    },
    async removePushDevice(device) {
      const { turnOff } = await import('../device/notifying.ts');
      await turnOff(api, device);
    },
    async webhooks() {
      return (await api.call('webhooks')).items;
    },
    async createWebhook(request) {
      return (await api.call('webhookCreate', { body: request })).secret;
    },
    async testWebhook(webhook) {
      return await api.call('webhookTest', { parameters: { webhook } });
    },
    async removeWebhook(webhook) {
      await api.call('webhookRemove', { parameters: { webhook } });
    },
  };
}
