/** How a message to a webhook looks, in words. */
import type { WebhookShape } from '#contract/webhook.ts';

export const shapeWords = {
  json: 'plain JSON',
  ntfy: 'ntfy',
  slack: 'Slack',
} as const satisfies Record<WebhookShape, string>;
