/** What a relay refuses of one channel, or as a whole request: the other channels of the machine go on. The relay is the real one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelPart, ChannelStands } from '#contract/channel.ts';
import type { Op } from '#contract/delta.ts';
import { limits } from '#contract/limits.ts';
import type { Client } from '../../bridge/net/client.ts';
import { runChannels } from '../../bridge/sync/channels.ts';
import { createWakeup } from '../../bridge/sync/wakeup.ts';
import { ada, connectBridge, openRelay, organisation, sha256, unknownDigest } from '../kit/relay.ts';

const names = ['terminal-1', 'terminal-2', 'terminal-3'];

/** Sends these parts as a bridge does; resolves to what it was told of each, and of how many parts each request was. */
async function sent(parts: readonly ChannelPart[]) {
  await using world = await openRelay();
  const { relay } = world;
  const { id: machine } = await relay.machines.create(organisation, 'laptop', ada);
  const { epoch, send } = await connectBridge(relay, machine, { manifestDigest: unknownDigest });
  const told = (id: string) => ({ id, kind: 'terminal', title: 'zsh', state: 'running', meta: { argv: ['zsh'] } });
  await send(names.map((id) => ({ op: 'record-put', record: told(id) }) as Op));
  const ending = new AbortController();
  const sizes: number[] = [];
  const stands: ChannelStands[] = [];
  let left = parts;
  const call = async (_: string, { bytes }: { readonly bytes: Uint8Array }) => {
    const [, line = ''] = Buffer.from(bytes).toString().split('\n');
    sizes.push(JSON.parse(line).length);
    assert.ok(sizes.length < 10, 'it is sent for ever');
    const body = Buffer.from(line);
    return await relay.bridge.channels(machine, { epoch, digest: sha256(body) }, body);
  };
  const contact = { heard: () => {}, broke: async () => assert.fail('the network is there') };
  const source = {
    connected: () => {},
    parts: async () => left,
    stands: (items: readonly ChannelStands[]) => {
      stands.push(...items);
      left = [];
      ending.abort();
    },
    ready: createWakeup(),
  };
  const client = { call } as unknown as Client;
  await runChannels({ client, epoch, source, contact, bytesMax: limits.channelAppendBytesMax }, ending.signal);
  return { sizes, said: stands.map(({ channel, seq, code }) => [channel, code ?? seq]) };
}

const part = (channel: string, more: Partial<ChannelPart> = {}): ChannelPart => ({
  ...{ channel, seq: 1, entries: [{ o: 'hello' }] },
  ...more,
});

test('a part of more entries than the relay takes is refused alone (H1)', async () => {
  const entries = Array.from({ length: limits.channelEntriesMax + 1 }, () => ({ o: 'x' }));
  assert.deepEqual(await sent(names.map((name) => part(name, name === 'terminal-2' ? { entries } : {}))), {
    sizes: [3],
    said: [
      ['terminal-1', 1],
      ['terminal-2', 'body-invalid'],
      ['terminal-3', 1],
    ],
  });
});

test('of a request that the relay refuses as a whole, only the part at fault is refused: each goes alone', async () => {
  const mark = 'x'.repeat(limits.channelMarkLengthMax + 1);
  assert.deepEqual(await sent(names.map((name) => part(name, name === 'terminal-2' ? { mark } : {}))), {
    sizes: [3, 1, 1, 1],
    said: [
      ['terminal-1', 1],
      ['terminal-2', 'body-invalid'],
      ['terminal-3', 1],
    ],
  });
});
