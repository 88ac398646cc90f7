/** One's own account as a whole: everything that the relay keeps of a person, as JSON Lines, and its removal. */
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { forgetMember } from '../former-member.ts';
import { checkWhole, type PersonCaller } from '../identity/caller.ts';
import type { Identity } from '../identity/identity.ts';
import { isSecure } from '../middleware/origin.ts';
import { clearCaches } from '../middleware/security-headers.ts';
import { setSession } from '../middleware/session-cookie.ts';
import type { PageRequest, Relay } from '../relay/relay.ts';
import type { Handlers } from './call.ts';
import type { RouteDeps } from './deps.ts';
import { meOf } from './me.ts';

/** The handlers of `/v1/me/export` and of `DELETE /v1/me`. */
export function accountHandlers(deps: RouteDeps) {
  const { identity, relay, config } = deps;
  return {
    meExport: ({ caller, context }) => {
      checkWhole(caller);
      return deps.exported(caller, context.res, 'account.jsonl', exportOf(deps, caller));
    },
    meRemove: async ({ caller, query: { confirm, successor }, context }) => {
      checkWhole(caller);
      if (confirm !== caller.person)
        throw new Problem('parameter-invalid', 'confirm takes your own id, which GET /v1/me says.');
      await checkFresh(identity, caller, relay.now());
      if (successor !== undefined) await identity.people.setRole(successor, 'owner', caller);
      await leave(deps, caller);
      setSession(context, undefined, isSecure(context.req, config));
      return { json: {}, headers: clearCaches };
    },
  } satisfies Partial<Handlers>;
}

/** What the account can do ends first, then what lets its person in. Nothing that is entered from here on has their name. */
async function leave(deps: RouteDeps, { name: _name, ...caller }: PersonCaller): Promise<void> {
  const { organisation, person, via } = caller;
  const nameless = { ...caller, name: 'a former member' };
  await deps.identity.people.remove(person, nameless).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code !== 'owner-needed') throw error;
    throw new Problem(
      'owner-needed',
      'You are the only owner. Say with successor=ID which member becomes the owner. Where there is no other member, the operator of the relay removes its data.',
    );
  });
  await forgetMember(deps, { organisation, person }, { person, name: nameless.name, via });
}

/** A session that was found lying open removes no account. */
async function checkFresh({ sessions }: Identity, { credential }: PersonCaller, now: number): Promise<void> {
  if (credential.type !== 'session') return;
  if (now - (await sessions.find(credential.hash)).at > limits.signInLinkMs) throw new Problem('sign-in-again');
}

/** A line for each thing, which says in `is` what it is. The last line is `end`: an export without it is not whole. */
async function* exportOf(deps: RouteDeps, caller: PersonCaller): AsyncGenerator<string> {
  const { identity, relay, keptByServices } = deps;
  const { organisation, person } = caller;
  const line = (is: string, value: object) => JSON.stringify({ is, ...value });
  yield line('person', { at: new Date(relay.now()).toISOString(), ...(await meOf(caller, identity)) });
  for (const { hash: _hash, ...session } of await identity.sessions.list(organisation, person))
    yield line('session', session);
  for (const key of await identity.keys.ofPerson(organisation, person)) yield line('key', key);
  for (const way of await identity.passkeys.list(caller)) yield line('passkey', way);
  for (const way of (await identity.oidc?.list(caller)) ?? []) yield line('account', way);
  for (const key of await identity.deviceKeys.list(organisation))
    if (key.person === person) yield line('device-key', key);
  for (const kept of keptByServices) for (const { is, ...value } of await kept.read(caller)) yield line(is, value);
  for await (const record of every((page) => relay.records.list(caller, { owner: 'person' }, page)))
    yield line('record', { record });
  for await (const machine of every((page) => relay.machines.list(organisation, page)))
    for await (const command of commandsOf(relay, caller, machine.id)) yield line('command', { command });
  // Entries are JSON already, and a change of a letter would break their hash.
  for await (const entry of every((page) => relay.audit.list(organisation, { person }, page)))
    yield `{"is":"audit","entry":${entry}}`;
  yield line('end', {});
}

/** What the person has sent to a machine. What goes while it is read, with its machine or by its age, is passed by. */
export async function* commandsOf(
  { commands }: Pick<Relay, 'commands'>,
  caller: Pick<PersonCaller, 'organisation' | 'person' | 'scope'>,
  machine: string,
) {
  const unlessGone = (error: unknown) => {
    if (error instanceof Problem && (error.code === 'machine-unknown' || error.code === 'command-unknown')) return;
    throw error;
  };
  try {
    for await (const { id, by } of every((page) => commands.list(caller, machine, page)))
      if (by.person === caller.person) {
        const command = await commands.get(caller, machine, id).catch(unlessGone);
        if (command !== undefined) yield command;
      }
  } catch (error) {
    unlessGone(error);
  }
}

/** All items of a list in pages. */
async function* every<Item>(
  read: (page: PageRequest) => Promise<{ readonly items: readonly Item[]; readonly next?: string }>,
): AsyncGenerator<Item> {
  let after: string | undefined;
  do {
    const { items, next } = await read({ limit: limits.pageItemsMax, ...(after === undefined ? {} : { after }) });
    yield* items;
    after = next;
  } while (after !== undefined);
}
