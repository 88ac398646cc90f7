/** The inbox of a bridge as a stream of events, each of which says what an answer to a long-poll says. */
import type { InboxRequest } from '#contract/channel.ts';
import { serialise } from '../middleware/answer.ts';
import type { HoldEnd } from '../middleware/held.ts';
import type { Call } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { openEvents } from './event-writer.ts';

/** Answers by a stream. What refuses the request is thrown before anything is sent. */
export async function startInboxStream(
  { relay, metrics }: Pick<RouteDeps, 'relay' | 'metrics'>,
  machine: string,
  asked: InboxRequest,
  { context, signal }: Pick<Call<'bridgeInbox'>, 'context' | 'signal'>,
): Promise<{ readonly taken: Promise<void> }> {
  const inbox = relay.bridge.followInbox(machine, asked, signal);
  let next = await inbox.next();
  const send = async () => {
    using stream = openEvents(context, { handle: relay.handle });
    for (; !next.done && !isOver(signal); next = await inbox.next()) {
      metrics.delivered(1);
      stream.event('inbox', serialise(next.value));
      if (stream.hasUnread() && !(await stream.isTaken(signal))) return stream.cut();
      if (performance.now() >= stream.recycleAt) break;
    }
    stream.end(signal);
  };
  return { taken: send() };
}

/** Whether nobody is there who may be told more; a relay that stops says when to come back. */
function isOver({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason !== ('stopping' satisfies HoldEnd);
}
