/** The text of a channel's snapshot. */
import { bytesOf } from '#contract/base64.ts';
import { recordOfFeed } from '#contract/feed-name.ts';
import { limits } from '#contract/limits.ts';
import type { Api } from '../../api.ts';
import type { ChannelTold } from './channel-told.ts';

type Snapshot = Extract<ChannelTold, { type: 'snapshot' }>;

/** Inflates what came with the event, else what the relay has. Throws a Refusal, an Interruption, or a TypeError for what is no gzip or too large. */
export async function snapshotText(api: Api, { feed, rev, body }: Snapshot): Promise<string> {
  const bytes =
    body === undefined ? await api.bytes('recordSnapshot', { record: recordOfFeed(feed) ?? '', rev }) : bytesOf(body);
  return await inflate(bytes);
}

/** The text of gzip bytes. Throws a TypeError for what is no gzip or too large. */
export async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let size = 0; ; ) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > limits.snapshotBytesMax) throw new TypeError('the snapshot is too large');
    text += decoder.decode(value, { stream: true });
  }
}
