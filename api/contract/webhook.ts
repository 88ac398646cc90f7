/** Webhooks: addresses that an admin has the relay tell of notices. */
import * as v from 'valibot';
import { Id, Name, OpenName } from './document.ts';

/** How a message looks: `json` of Sallyport, or as ntfy or Slack take it. */
export const WebhookShape = v.picklist(['json', 'ntfy', 'slack']);
export type WebhookShape = v.InferOutput<typeof WebhookShape>;

export const WebhookRequest = v.strictObject({
  name: Name,
  url: v.pipe(v.string(), v.maxLength(1024)),
  shape: v.optional(WebhookShape, 'json'),
  /** Topics of notices; absent for all. */
  topics: v.exactOptional(v.pipe(v.array(OpenName), v.maxLength(32))),
});
export type WebhookRequest = v.InferOutput<typeof WebhookRequest>;

/** One try of one message. */
export const Delivery = v.object({
  at: v.string(),
  /** Id of the notice; `test` for a test. */
  notice: v.string(),
  topic: v.string(),
  /** What the address answered; absent where it did not. */
  status: v.exactOptional(v.number()),
  problem: v.exactOptional(v.string()),
});
export type Delivery = v.InferOutput<typeof Delivery>;

export const Webhook = v.object({
  id: Id,
  name: Name,
  /** Host of its address: the rest may be a secret. */
  host: v.string(),
  shape: WebhookShape,
  topics: v.exactOptional(v.array(v.string())),
  /** Whose it is. It works as long as they are an admin. */
  owner: v.string(),
  createdAt: v.string(),
  /** Newest first. */
  deliveries: v.array(Delivery),
});
export type Webhook = v.InferOutput<typeof Webhook>;
