/** All sessions as one source of parts for channels. */
import type { ChannelPart } from '#contract/channel.ts';
import { limits } from '#contract/limits.ts';
import type { ChannelSource } from '../sync/channels.ts';
import type { Session } from './session.ts';

/** Reads the sessions in turn, so that a busy one does not keep the others waiting. */
export function createSource(sessions: ReadonlyMap<string, Session>, ready: ChannelSource['ready']): ChannelSource {
  let first = 0;
  return {
    ready,
    connected: () => {
      for (const { outflow } of sessions.values()) outflow.connected();
    },
    parts: async (bytesMax) => {
      const all = [...sessions.values()].filter(({ outflow }) => !outflow.isClosed);
      const turn = [...all.slice(first % Math.max(1, all.length)), ...all.slice(0, first % Math.max(1, all.length))];
      first += 1;
      const parts: ChannelPart[] = [];
      let bytes = 0;
      for (const { kept, outflow } of turn) {
        if (parts.length >= limits.channelsPerMachineMax) break;
        const part = await outflow.part();
        if (part === undefined) continue;
        const named = { channel: kept.record.id, ...part };
        bytes += Buffer.byteLength(JSON.stringify(named));
        if (bytes > bytesMax && parts.length > 0) break;
        parts.push(named);
      }
      return parts;
    },
    stands: (items) => {
      for (const item of items) sessions.get(item.channel)?.heard(item);
    },
  };
}
