/** All sessions as one sink of what people type. */
import type { InputGiven } from '#contract/channel.ts';
import type { InboxSink } from '../sync/inbox.ts';
import type { Session } from './session.ts';

/** Inputs older than so many ms, by the relay's clock, are passed by and said. */
export function inboxOf(sessions: ReadonlyMap<string, Session>, changed: InboxSink['changed']): InboxSink {
  // Of none: the first answer comes at once.
  let last = 'none';
  const open = () => [...sessions.values()].filter((session) => session.takesInputs);
  return {
    changed,
    after: () => Object.fromEntries(open().map((session) => [session.kept.record.id, session.inputAfter])),
    watched: () => open().flatMap(({ kept, outflow }) => (outflow.isWatched ? [kept.record.id] : [])),
    seen: () => last,
    take: async ({ inputs, watch, readers, seen, now }) => {
      last = seen;
      for (const session of open()) {
        const { id } = session.kept.record;
        session.outflow.watch(watch.includes(id));
        session.readBy(readers.filter(({ channel }) => channel === id));
      }
      const byChannel = Map.groupBy<string, InputGiven>(inputs, ({ channel }) => channel);
      await Promise.all([...byChannel].map(([id, own]) => sessions.get(id)?.take(own, now)));
    },
  };
}
