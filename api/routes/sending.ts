/** Sending a command, by whichever path: the envelope, the args and the sender are checked against the kind; what the kind does is nobody's business here. */
import * as v from 'valibot';
import type { Author, CommandRecord, CommandRequest } from '#contract/command.ts';
import { isSettled } from '#contract/command-life.ts';
import { Id } from '#contract/document.ts';
import { commandKind, commandNames, kindNamed } from '#contract/kinds/index.ts';
import { type CommandKind, commandBytesMax, type Kind } from '#contract/kinds/kind.ts';
import { checkSeen } from '#contract/kinds/seen.ts';
import { closest } from '#contract/options.ts';
import { Problem } from '#contract/problems.ts';
import { checkScope, type PersonCaller, scopeOfKind } from '../identity/caller.ts';
import type { Context } from '../middleware/context.ts';
import { parseSchema } from '../middleware/schema.ts';
import type { Relay } from '../relay/relay.ts';

export interface ToSend {
  readonly caller: PersonCaller;
  readonly machine: string;
  readonly request: CommandRequest;
  /** Where the args stand in the body, for pointers: `/args`, or empty. */
  readonly argsAt: string;
  /** Of the body. */
  readonly bytes: number;
  /** Seconds; undefined answers at once. */
  readonly waitSeconds: number | undefined;
  readonly signal: AbortSignal;
}

/** Sends a command and waits as asked. Throws `kind-unknown`, `body-too-large`, `args-invalid`, `rev-required`, `forbidden`, and what the relay throws. */
export async function sendCommand({ commands, documents }: Relay, send: ToSend): Promise<CommandRecord> {
  const { caller, machine, request, waitSeconds, signal } = send;
  const kind = kindOf(request.kind);
  checkScope(caller, scopeOfKind(kind));
  const limit = commandBytesMax(kind);
  if (send.bytes > limit) throw new Problem('body-too-large', undefined, { limit });
  const args = parseArgs(kind, request.args, send.argsAt);
  try {
    checkSeen(kind, { args, ifRev: request.ifRev });
  } catch (error) {
    throw await withCurrentRev(error, async () => {
      const copy = await documents.copy(caller.organisation, machine, String(args.project));
      return copy && (await kind.guarded?.(args, copy))?.rev;
    });
  }
  const record = await commands.send(
    caller,
    machine,
    { ...request, args },
    { by: authorOf(caller), keep: kind.keep ?? false },
  );
  if (waitSeconds === undefined || isSettled(record.state)) return record;
  return await commands.wait(caller, record.machine, record.id, waitSeconds * 1000, signal);
}

/** Of a guarded command without a rev: what its sender is told, with the rev of now where the relay knows it. */
async function withCurrentRev(error: unknown, now: () => Promise<string | undefined>): Promise<unknown> {
  if (!(error instanceof Problem) || error.code !== 'rev-required') return error;
  const currentRev = await now().catch(() => undefined);
  return currentRev === undefined ? error : new Problem(error.code, error.detail, { ...error.extra, currentRev });
}

/** Where a command's record is. */
export function commandPath({ machine, id }: Pick<CommandRecord, 'machine' | 'id'>): string {
  return `/v1/machines/${machine}/commands/${id}`;
}

/** How a command and its audit entries name who sent it. */
export function authorOf({ person, name, via }: PersonCaller): Author {
  return { person, name, via };
}

function kindOf(name: string): CommandKind {
  const kind = commandKind(name);
  if (kind === undefined) throw unknownKind(name, commandNames);
  return kind;
}

/** Says that there is no such kind among those of these names: the nearest one, or where it belongs. */
export function unknownKind(name: string, names: readonly string[]): Problem {
  const other = kindNamed(name)?.verb;
  const nearest = closest(name, names);
  const suggestion = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const detail =
    other === undefined
      ? `There is no kind "${name}"${suggestion}`
      : `"${name}" is a ${other}: POST it to ${other === 'query' ? 'queries' : 'commands'} of the machine`;
  return new Problem('kind-unknown', detail, { pointer: '/kind' });
}

/** The args as the kind's schema gives them out. Throws `args-invalid`, its pointer below `argsAt`. */
export function parseArgs(
  kind: Kind,
  args: Readonly<Record<string, unknown>>,
  argsAt: string,
): Record<string, unknown> {
  try {
    return v.parse(v.record(v.string(), v.unknown()), parseSchema(kind.args, args, 'args-invalid'));
  } catch (cause) {
    if (!(cause instanceof Problem) || argsAt === '') throw cause;
    throw new Problem(cause.code, cause.detail, { ...cause.extra, pointer: `${argsAt}${cause.extra.pointer}` }, cause);
  }
}

/** The request with the id that `Idempotency-Key` gives it. Throws `parameter-invalid` where both say different ones. */
export function withIdempotencyKey(request: CommandRequest, context: Context): CommandRequest {
  const key = context.get('Idempotency-Key').replace(/^"(.*)"$/, '$1');
  if (key === '') return request;
  const id = parseSchema(Id, key, 'parameter-invalid');
  if (request.id !== undefined && request.id !== id) {
    throw new Problem('parameter-invalid', 'Idempotency-Key and `id` are different.', { pointer: '/id' });
  }
  return { ...request, id };
}
