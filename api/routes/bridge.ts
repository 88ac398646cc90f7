/** The bridge's calls. `api/relay/` does the work. */

import { Rev } from '#contract/document.ts';
import { MIN_BRIDGE, VERSION } from '#contract/version.ts';
import { checkVersion } from '../middleware/neighbours.ts';
import { addressOf } from '../middleware/origin.ts';
import { parseSchema } from '../middleware/schema.ts';
import { storeAhead } from '../store-clock.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { startInboxStream } from './inbox-stream.ts';
import { createTryNetwork } from './try-network.ts';

/** The handlers of `/v1/hello` and `/v1/bridge/…`. */
export function bridgeHandlers({ relay, relayIdentity, hellos, config, metrics }: RouteDeps) {
  const { bridge } = relay;
  return {
    hello: async ({ query: { nonce }, context }) => {
      await hellos.take(addressOf(context.req, config));
      return {
        json: {
          ...(nonce === undefined ? {} : { nonce, identity: relayIdentity.prove(nonce) }),
          now: relay.now(),
          ...storeAhead(relay.now()),
          handle: relay.handle,
          version: VERSION,
          minBridge: MIN_BRIDGE,
        },
      };
    },
    bridgeConnect: async ({ caller, body }) => {
      checkVersion(body.version);
      return { json: { ...(await bridge.connect(caller.machine, body)), ...storeAhead(relay.now()) } };
    },
    bridgeManifest: async ({ caller, body }) => ({ json: await bridge.manifest(caller.machine, body) }),
    bridgeIngest: async ({ caller, body, raw }) => ({ json: await bridge.ingest(caller.machine, body, raw) }),
    bridgeBlob: async ({ caller, params, query, raw }) => {
      const rev = parseSchema(Rev, params.rev, 'parameter-invalid');
      return { json: await bridge.blob(caller.machine, rev, query, raw) };
    },
    bridgePoll: async ({ caller, body, signal }) => ({
      json: { ...(await bridge.poll(caller.machine, body, signal)), ...storeAhead(relay.now()) },
    }),
    bridgeResults: async ({ caller, body }) => ({ json: await bridge.results(caller.machine, body) }),
    bridgeAnswers: async ({ caller, body }) => ({ json: await bridge.answers(caller.machine, body) }),
    bridgeChannels: async ({ caller, body, raw }) => ({ json: await bridge.channels(caller.machine, body, raw) }),
    bridgeInbox: async ({ caller, body, signal, context }) =>
      body.live === 'sse'
        ? await startInboxStream({ relay, metrics }, caller.machine, body, { context, signal })
        : { json: await bridge.inbox(caller.machine, body, signal) },
    bridgeTry: createTryNetwork(relay),
    bridgeBye: async ({ caller, body }) => {
      await bridge.bye(caller.machine, body);
      return { json: {} };
    },
  } satisfies Partial<Handlers>;
}
