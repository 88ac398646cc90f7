/** Web Push and webhooks: the devices and addresses that are told of notices, and what they are told. */
import * as v from 'valibot';
import { Id, Name, OpenName } from './document.ts';

/** Minutes after midnight. */
const Minute = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1439));

/** The hours in which a device is not told anything; `from` may be later than `to`. What still waits afterwards is told then. */
export const QuietHours = v.strictObject({
  from: Minute,
  to: Minute,
  /** The device's time zone, such as `Europe/Berlin`. */
  zone: v.pipe(v.string(), v.maxLength(64), v.check(isTimeZone, 'This is not the name of a time zone')),
});
export type QuietHours = v.InferOutput<typeof QuietHours>;

/** What a device wants to hear of. */
const choices = {
  /** Topics of notices; absent for all. */
  topics: v.exactOptional(v.pipe(v.array(OpenName), v.maxLength(32))),
  quiet: v.exactOptional(QuietHours),
};

/** Base64url of exactly so many bytes. */
function base64urlOf(bytes: number) {
  return v.pipe(
    v.string(),
    v.regex(/^[A-Za-z0-9_-]+={0,2}$/),
    v.check((text) => sizeOf(text) === bytes, `This takes ${bytes} bytes in base64url`),
  );
}

function sizeOf(text: string): number {
  return Math.floor((text.replace(/=+$/, '').length * 3) / 4);
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) !== undefined;
  } catch {
    return false;
  }
}

/** A subscription as `PushSubscription.toJSON` gives it (W3C Push API), and the name of its device. */
export const PushRequest = v.strictObject({
  endpoint: v.pipe(v.string(), v.maxLength(1024)),
  keys: v.strictObject({ p256dh: base64urlOf(65), auth: base64urlOf(16) }),
  name: Name,
  /** The subscription that this one replaces, by its endpoint. It hands its choices on. */
  replaces: v.exactOptional(v.pipe(v.string(), v.maxLength(1024))),
});
export type PushRequest = v.InferOutput<typeof PushRequest>;

export const PushChange = v.strictObject({
  name: v.exactOptional(Name),
  topics: v.nullish(choices.topics.wrapped),
  quiet: v.nullish(QuietHours),
});
export type PushChange = v.InferOutput<typeof PushChange>;

/** A device that is notified. The address of its push service is not shown in full: whoever has it may be able to send to it. */
export const PushDevice = v.object({
  id: Id,
  name: Name,
  /** Host of its push service. */
  service: v.string(),
  ...choices,
  createdAt: v.string(),
  /** When a push service took a message for it last. */
  lastSentAt: v.exactOptional(v.string()),
  /** Why the last message did not get there. */
  problem: v.exactOptional(v.string()),
});
export type PushDevice = v.InferOutput<typeof PushDevice>;

/** What is sent, encrypted for the device. */
export const PushPayload = v.object({
  /** Id of the notice; the notice itself is fetched with it. */
  id: v.string(),
  topic: OpenName,
});
export type PushPayload = v.InferOutput<typeof PushPayload>;

/** Topics for which a phone is woken at once (RFC 8030, section 5.3): somebody waits for an answer. */
export const urgentTopics: ReadonlySet<string> = new Set(['approval', 'conflict', 'failed', 'decision']);
