/// <reference lib="webworker" />
/** Push messages: each names a notice, which is fetched and shown. A tap opens the app where the notice leads. */
import type { Notice } from '#contract/notice.ts';
import { hrefOfNotice } from '../features/inbox/notice-href.ts';
import { nameOfBrowser } from '../features/people/browser-name.ts';
import { lentHalf } from '../lent-half.ts';

declare const self: ServiceWorkerGlobalScope;

interface Shown {
  readonly title: string;
  readonly body: string;
  /** Fragment of the app's address. */
  readonly href: string;
}

/** Hears push messages, taps on what is shown, and that the browser has given the device another subscription. */
export function listenToPush(): void {
  self.addEventListener('push', (event) => event.waitUntil(show(event.data)));
  self.addEventListener('notificationclick', (event) => {
    event.notification.close();
    event.waitUntil(open(String(event.notification.data ?? '#/inbox')));
  });
  self.addEventListener('pushsubscriptionchange', (event) => {
    const { oldSubscription, newSubscription } = event as Event & {
      readonly oldSubscription?: PushSubscription | null;
      readonly newSubscription?: PushSubscription | null;
    };
    (event as ExtendableEvent).waitUntil(renew(oldSubscription ?? undefined, newSubscription ?? undefined));
  });
}

/** Browsers end a subscription whose messages show nothing, so one that cannot be read shows something too. */
async function show(data: PushMessageData | null): Promise<void> {
  const { id = '', topic = '' } = payloadOf(data);
  const { title, body, href } = await describe(id, topic);
  await self.registration.showNotification(title, { body, tag: id, data: href, icon: '/icons/icon-192.png' });
}

function payloadOf(data: PushMessageData | null): { readonly id?: string; readonly topic?: string } {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

async function describe(id: string, topic: string): Promise<Shown> {
  if (topic === 'test')
    return { title: 'Sallyport', body: 'Notifications arrive on this device.', href: '#/notifications' };
  const unknown = { title: 'Sallyport', body: 'Something is waiting for you.', href: '#/inbox' };
  if (id === '') return unknown;
  try {
    const answer = await fetch(`/v1/push/notices/${encodeURIComponent(id)}`, {
      cache: 'no-store',
      headers: await lentHalf(),
    });
    if (answer.status === 404) return { ...unknown, body: 'This is settled already.' };
    if (!answer.ok) return unknown;
    const notice: Notice = await answer.json();
    return { title: notice.title, body: notice.text ?? '', href: hrefOfNotice({ notice }) };
  } catch {
    return unknown;
  }
}

/** Shows the page in a window of the app that is open, else in a new one. */
async function open(href: string): Promise<void> {
  const [client] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const url = `/${href}`;
  if (client === undefined) return void (await self.clients.openWindow(url));
  await client.focus();
  // A page that this worker does not control yet cannot be navigated.
  await client.navigate(url).catch(() => self.clients.openWindow(url));
}

/** The relay has the old subscription: it keeps its choices for the new one. Without a session the app does this at its next start. */
async function renew(before: PushSubscription | undefined, after: PushSubscription | undefined): Promise<void> {
  const key = before?.options.applicationServerKey ?? null;
  const next =
    after ?? (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }));
  const { endpoint, keys } = next.toJSON();
  const replaces = before === undefined ? {} : { replaces: before.endpoint };
  await fetch('/v1/push/devices', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(await lentHalf()) },
    body: JSON.stringify({ endpoint, keys, name: nameOfBrowser(navigator.userAgent), ...replaces }),
  });
}
