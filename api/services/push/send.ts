/** Sends a notice to a device: whether it may and wants to hear of it now, and what its push service answers. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { type PushPayload, urgentTopics } from '#contract/push.ts';
import { reasonOf } from '#contract/reason.ts';
import type { RecordItem } from '#contract/record.ts';
import type { Identity } from '../../identity/identity.ts';
import type { Outbound } from '../../outbound.ts';
import type { Relay } from '../../relay/relay.ts';
import { type KnownNotice, noticesOf } from '../notice-id.ts';
import type { Sent } from '../outbox.ts';
import type { Devices, PushRow } from './devices.ts';
import { encryptMessage } from './encrypt.ts';
import { quietUntil } from './quiet.ts';
import type { Vapid } from './vapid.ts';

export interface SendDeps {
  readonly relay: Relay;
  readonly identity: Identity;
  readonly outbound: Outbound;
  readonly devices: Devices;
  readonly vapid: () => Promise<Vapid>;
}

/** Sends a notice to a device, unless it must not, need not or does not want to hear of it. */
export async function sendNotice(deps: SendDeps, organisation: string, id: string, known: KnownNotice): Promise<Sent> {
  const { devices, relay } = deps;
  const device = await devices.get(organisation, id);
  if (device === undefined) return { is: 'over' };
  if (!(await isSignedIn(deps, device))) {
    await devices.remove(organisation, id);
    return { is: 'over' };
  }
  const { topic } = known.notice;
  if (device.topics !== undefined && !device.topics.includes(topic)) return { is: 'over' };
  const { person, scope } = device;
  const readable = await noticesOf(relay, { organisation, person, scope });
  if (!readable.some((one) => one.id === known.id) || (await isSetAside(relay, organisation, device, known)))
    return { is: 'over' };
  const until = device.quiet && quietUntil(device.quiet, relay.now());
  if (until !== undefined) return { is: 'until', at: until };
  return { is: (await push(deps, organisation, device, { id: known.id, topic })) ? 'over' : 'failed' };
}

/** Whether the session or key that made the subscription still holds, with no fewer rights. */
async function isSignedIn({ identity }: SendDeps, { scope, credential }: PushRow): Promise<boolean> {
  try {
    await identity.recheck({ kind: 'person', scope, credential });
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code !== 'store-away') return false;
    throw error;
  }
}

/** Whether the person has dismissed the notice, or put it off. */
async function isSetAside(
  relay: Relay,
  organisation: string,
  { person, scope }: PushRow,
  { key, notice }: KnownNotice,
): Promise<boolean> {
  const isMark = ({ meta, state }: RecordItem) =>
    meta.notice === key &&
    meta.since === notice.since &&
    (state === 'dismissed' || Date.parse(String(meta.until)) > relay.now());
  for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const more = after === undefined ? {} : { after };
    const caller = { organisation, person, scope };
    const page = await relay.records.list(caller, { kind: 'mark', owner: 'person' }, { limit: 100, ...more });
    if (page.items.some(isMark)) return true;
    after = page.next;
  }
  return false;
}

/** Sends a payload to the push service of a device, whatever it has chosen. Whether that is settled; removes a subscription that has ended. */
export async function push(
  { outbound, devices, vapid, relay }: SendDeps,
  organisation: string,
  device: PushRow,
  payload: PushPayload,
): Promise<boolean> {
  const { endpoint, id } = device;
  const body = encryptMessage(Buffer.from(JSON.stringify(payload)), device);
  const headers = {
    Authorization: (await vapid()).authorize(new URL(endpoint), relay.now()),
    'Content-Type': 'application/octet-stream',
    'Content-Encoding': 'aes128gcm',
    TTL: String(limits.pushKeptMs / 1000),
    Urgency: urgentTopics.has(payload.topic) ? 'high' : 'normal',
  };
  const status = await outbound.send(endpoint, { method: 'POST', headers, body }).then(
    (answer) => answer.status,
    (error: unknown) => reasonOf(error),
  );
  if (status === 404 || status === 410) {
    await devices.remove(organisation, id);
    return true;
  }
  const isTaken = typeof status === 'number' && status >= 200 && status < 300;
  const what = typeof status === 'number' ? `the push service answered ${status}` : status;
  await devices.note(organisation, id, isTaken ? undefined : what.slice(0, 200));
  // What the service calls wrong stays wrong; 429 and 5xx pass.
  return isTaken || (typeof status === 'number' && status < 500 && status !== 429 && status !== 408);
}
