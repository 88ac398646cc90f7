/** A browser that is notified through a push service of this machine. Chromium takes messages from its maker's service alone: the subscription is made here, and a message that comes is handed to the worker as the browser would. */
import type { Page } from 'playwright-core';
import { eventually } from './eventually.ts';
import { createPushDevice, openPushService } from './push-service.ts';

/** What a worker shows of a message. */
export interface ShownNotice {
  readonly title: string;
  readonly body: string;
  /** Where a tap on it leads. */
  readonly href: string;
}

export interface PushedBrowser extends AsyncDisposable {
  /** The environment of a relay that may use the service. */
  readonly relay: Record<string, string>;
  /** Comes before the app is opened. */
  readonly prepare: (page: Page) => Promise<void>;
  /** Waits for the next message, reads it with the device's key and hands it to the worker; what that shows. */
  readonly hear: (page: Page) => Promise<ShownNotice>;
}

/** Starts the service. */
export async function openPushedBrowser(): Promise<PushedBrowser> {
  const service = await openPushService();
  const device = await createPushDevice();
  let heard = 0;
  return {
    relay: { SALLYPORT_ALLOW_OUTBOUND: service.host },
    prepare: async (page) => {
      await page.context().grantPermissions(['notifications']);
      await page.addInitScript(subscribed({ endpoint: `${service.url}/phone`, keys: device.keys }));
    },
    hear: async (page) => {
      const message = await eventually(() => service.received[heard] ?? false);
      heard += 1;
      const data = await device.read(message.body);
      return await deliverUntil(page, data, () => shownOn(page, JSON.parse(data).id));
    },
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

/** What makes the browser answer with this subscription. */
const subscribed = (subscription: object) => `{
  let made = null;
  PushManager.prototype.getSubscription = async () => made;
  PushManager.prototype.subscribe = async (options) => {
    made = { options, toJSON: () => (${JSON.stringify(subscription)}), unsubscribe: async () => { made = null; return true; } };
    return made;
  };
}`;

/** Delivers a message until the browser lists what the worker shows of it. On a busy machine Chromium at times leaves out of its list what was asked for in the moment in which it was shown (the worker had shown it), so one that is not listed after a while is delivered again: it takes its own place. */
export async function deliverUntil<Shown>(
  page: Page,
  data: string,
  look: () => Promise<Shown | undefined>,
): Promise<Shown> {
  return await eventually(async () => {
    await deliver(page, data);
    return await eventually(async () => (await look()) ?? false, { timeoutMs: LISTED_MS }).catch(() => false as const);
  });
}

const LISTED_MS = 3000;

/** Hands a message to the worker of the page's origin, once it is active: before that it would be lost. */
async function deliver(page: Page, data: string): Promise<void> {
  await page.waitForFunction(
    "navigator.serviceWorker.ready.then(({ active }) => active?.state === 'activated')",
    undefined,
    { polling: 50 },
  );
  const devtools = await page.context().newCDPSession(page);
  const { promise: registered, resolve } = Promise.withResolvers<string>();
  devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
    if (registrations[0] !== undefined) resolve(registrations[0].registrationId);
  });
  await devtools.send('ServiceWorker.enable');
  const registrationId = await registered;
  await devtools.send('ServiceWorker.deliverPushMessage', {
    origin: new URL(page.url()).origin,
    registrationId,
    data,
  });
}

/** What is shown of the message with an id. */
export async function shownOn(page: Page, tag: string): Promise<ShownNotice | undefined> {
  const all: (ShownNotice & { readonly tag: string })[] = await page.evaluate(
    'navigator.serviceWorker.ready.then((each) => each.getNotifications()).then((all) => all.map(({ tag, title, body, data }) => ({ tag, title, body, href: data })))',
  );
  const found = all.find((one) => one.tag === tag);
  return found && { title: found.title, body: found.body, href: found.href };
}
