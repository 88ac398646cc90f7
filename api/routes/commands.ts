/** Commands: sent, followed, cancelled. */
import { isSettled } from '#contract/command-life.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { pageReply, pageRequest } from './paging.ts';
import { authorOf, commandPath, sendCommand, withIdempotencyKey } from './sending.ts';

/** The handlers of commands; the aliases are in `aliases.ts`. */
export function commandHandlers({ relay }: RouteDeps) {
  const { commands } = relay;
  return {
    commandSend: async ({ caller, params, query, body, raw, signal, context }) => {
      const record = await sendCommand(relay, {
        caller,
        machine: params.machine,
        request: withIdempotencyKey(body, context),
        argsAt: '/args',
        bytes: raw.length,
        waitSeconds: query.wait,
        signal,
      });
      const status = query.wait !== undefined || isSettled(record.state) ? 200 : 202;
      return { status, json: record, headers: { Location: commandPath(record) } };
    },
    commands: async ({ caller, params, query, context }) => {
      const { limit, after, state, ...rest } = query;
      const about = Object.fromEntries(
        Object.entries(rest).map(([name, value]) => [name.slice('about.'.length), value]),
      );
      const page = { ...pageRequest({ limit, after }), ...(state && { state }), about };
      return pageReply(context, await commands.list(caller, params.machine, page));
    },
    command: async ({ caller, params: { machine, id }, query: { wait }, signal }) => ({
      json:
        wait === undefined
          ? await commands.get(caller, machine, id)
          : await commands.wait(caller, machine, id, wait * 1000, signal),
    }),
    commandCancel: async ({ caller, params }) => ({
      json: await commands.cancel(caller, params.machine, params.id, authorOf(caller)),
    }),
  } satisfies Partial<Handlers>;
}
