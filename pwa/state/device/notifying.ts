/** The push subscription of this browser: made, renewed at each start, ended; and what it has shown that is settled. */
import type { PushDevice } from '#contract/push.ts';
import type { Api } from '../../api.ts';
import { lendHalf, takeHalfBack } from '../../lent-half.ts';
import { Refusal } from '../../refusal.ts';

/** Names the subscription that the relay was told of last. */
const storageKey = 'sallyport.push';

interface Told {
  readonly id: string;
  readonly endpoint: string;
}

/** Whether this browser can be notified: over plain http, and in Safari before it is installed, there is no such thing. */
export function canNotify(): boolean {
  return 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;
}

/** The id of this device at the relay; undefined if it is not notified. */
export function ownDeviceId(): string | undefined {
  return told()?.id;
}

/** Asks the person and subscribes this browser. Throws if the person or the browser refuses. */
export async function turnOn(api: Api, name: string): Promise<PushDevice> {
  if ((await Notification.requestPermission()) !== 'granted')
    throw new Error(
      'The browser does not allow notifications from this page. Change that in its settings for this site.',
    );
  return await subscribe(api, name);
}

/** Ends the subscription, here and at the relay. */
export async function turnOff(api: Api, id: string): Promise<void> {
  await api.call('pushRemove', { parameters: { device: id } });
  if (id !== ownDeviceId()) return;
  localStorage.removeItem(storageKey);
  await takeHalfBack();
  await (await (await navigator.serviceWorker.ready).pushManager.getSubscription())?.unsubscribe();
}

/** Tells the relay of this browser's subscription again if it is notified, and closes what is settled. Never throws. */
export async function renewNotifying(api: Api): Promise<void> {
  if (!canNotify() || Notification.permission !== 'granted' || told() === undefined) return;
  try {
    await subscribe(api, 'This browser');
    await closeSettled(api);
  } catch {
    // The next start tries again.
  }
}

async function subscribe(api: Api, name: string): Promise<PushDevice> {
  const before = told();
  const { pushManager } = await navigator.serviceWorker.ready;
  const { key, items } = await api.call('push');
  const applicationServerKey = bytesOf(key);
  const kept = await pushManager.getSubscription();
  const isOfRelay = kept !== null && isSame(kept.options.applicationServerKey, applicationServerKey);
  if (!isOfRelay) await kept?.unsubscribe();
  const subscription = isOfRelay ? kept : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  const { endpoint, keys } = subscription.toJSON();
  const called = items.find(({ id }) => id === before?.id)?.name ?? name;
  const device = await api.call('pushAdd', {
    body: {
      endpoint: endpoint ?? '',
      keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' },
      name: called,
      ...(before === undefined || before.endpoint === endpoint ? {} : { replaces: before.endpoint }),
    },
  });
  localStorage.setItem(storageKey, JSON.stringify({ id: device.id, endpoint }));
  await lendHalf();
  return device;
}

async function closeSettled(api: Api): Promise<void> {
  const registration = await navigator.serviceWorker.ready;
  for (const shown of await registration.getNotifications()) {
    try {
      await api.call('pushNotice', { parameters: { notice: shown.tag } });
    } catch (error) {
      if (error instanceof Refusal && error.code === 'notice-unknown') shown.close();
    }
  }
}

function told(): Told | undefined {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? 'null') ?? undefined;
  } catch {
    return undefined;
  }
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
}

function isSame(buffer: ArrayBuffer | null, bytes: Uint8Array): boolean {
  const other = new Uint8Array(buffer ?? new ArrayBuffer(0));
  return other.length === bytes.length && other.every((byte, at) => byte === bytes[at]);
}
