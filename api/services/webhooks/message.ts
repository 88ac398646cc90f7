/** What a webhook is sent: signed by HMAC-SHA256 over `timestamp.body`, as Sallyport's own JSON or as ntfy or Slack take it. No text of a document is in it. */
import { createHmac } from 'node:crypto';
import type { Notice } from '#contract/notice.ts';
import { urgentTopics } from '#contract/push.ts';
import type { WebhookShape } from '#contract/webhook.ts';

export interface Told extends Pick<Notice, 'topic' | 'title' | 'since'> {
  readonly id: string;
}

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The request for a notice; `origin` is the public address of the relay, `secret` signs it. */
export function messageFor(
  shape: WebhookShape,
  told: Told,
  { origin, secret, nowMs }: { readonly origin: string | undefined; readonly secret: string; readonly nowMs: number },
): Message {
  const click = origin === undefined ? undefined : `${origin}/#/inbox`;
  const timestamp = String(Math.floor(nowMs / 1000));
  const body = bodies[shape](told, click);
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return {
    body,
    headers: {
      'Content-Type': shape === 'ntfy' ? 'text/plain; charset=utf-8' : 'application/json',
      'X-Sallyport-Timestamp': timestamp,
      'X-Sallyport-Signature': `sha256=${signature}`,
      ...(shape === 'ntfy' ? ntfyHeaders(told, click) : {}),
    },
  };
}

const bodies: Readonly<Record<WebhookShape, (told: Told, click: string | undefined) => string>> = {
  json: ({ id, topic, title, since }, link) => JSON.stringify({ id, topic, title, since, ...(link ? { link } : {}) }),
  ntfy: ({ title }) => title,
  // Slack takes & < > for markup (its docs: "Escaping text").
  slack: ({ title }, link) => JSON.stringify({ text: `${escaped(title)}${link ? ` <${link}|Open>` : ''}` }),
};

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** ntfy takes these as headers, which are ASCII; what is said is in the body. */
function ntfyHeaders({ topic }: Told, click: string | undefined): Record<string, string> {
  const isUrgent = urgentTopics.has(topic);
  return {
    'X-Title': 'Sallyport',
    'X-Tags': topic.replace(/[^\w-]/g, ''),
    'X-Priority': isUrgent ? '4' : '3',
    ...(click === undefined ? {} : { 'X-Click': click }),
  };
}
