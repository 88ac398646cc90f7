/** One-use links: those that sign another device in, and the opening of all sorts of links. */
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type Credential, isGone, type PersonCaller } from './caller.ts';
import { checkInvited, join } from './invitations.ts';
import { createTicket, type Given, type Linked, readTicket } from './link-tickets.ts';
import { type Maker, type Makers, mayLinkFor } from './makers.ts';
import type { Founded } from './organisations.ts';
import type { People, Person } from './people.ts';
import { type Granted, generation, inheritance, type SignedIn } from './session-tickets.ts';

export interface Links {
  /** A token that signs its own maker in once, within `signInLinkMs`, asked for with `credential`: what a key has got ends with it, and nobody has proved more than who asked. */
  createLink(who: SignedIn, by: Actor, credential?: Credential): Promise<Given>;
  /** The same for another member, as what they are now. It opens only while `by` may still make it. Throws `forbidden`. */
  createLinkFor(member: Person, by: PersonCaller): Promise<Given>;
  /** The same for the owner of an organisation that `by` has just made; its log tells nothing of `by`, who belongs to another one. */
  createFirstLink(owner: Founded, by: PersonCaller): Promise<Given>;
  /** Whom a token would sign in, which is not spent by that. Throws `sign-in-link-spent`. */
  look(token: string): Promise<Meant>;
  /** Spends a token: whom it signs in, who has become a member where it was an invitation. Throws `sign-in-link-spent`. */
  redeem(token: string): Promise<SignedIn & Pick<Granted, 'key' | 'provenAt'>>;
}

/** Whom a link is for. */
export interface Meant {
  readonly organisation: string;
  readonly person: string;
  readonly name: string;
}

/** The links to people in a store. */
export function createLinks(store: Store, people: People, makers: Makers): Links {
  const linkTo = async (who: Linked, by: Actor): Promise<Given> => {
    const { organisation, person } = who;
    const act: Act = { action: 'sign-in-link-made', result: 'done', by, about: { person } };
    await commitRecorded(store, organisationShard(organisation), {}, [act]);
    const { generation: own } = await people.person(organisation, person);
    const { hash: _, ...given } = await createTicket(store, { ...who, ...generation(own) }, limits.signInLinkMs);
    return given;
  };
  const createLink: Links['createLink'] = async ({ organisation, person, scope, most }, by, credential) => {
    const who = { organisation, person, scope, ...(most === undefined ? {} : { most }) };
    return await linkTo({ ...who, ...(await inheritance(store, credential)) }, by);
  };
  return {
    createLink,
    createLinkFor: async ({ id: person, role: most }, by) => {
      if (person === by.person) return await createLink({ ...by, scope: by.given }, actorOf(by), by.credential);
      if (!mayLinkFor(by.role, most))
        throw new Problem('forbidden', 'An admin makes links for viewers and members; it takes an owner for others.');
      const who = { organisation: by.organisation, person, scope: 'admin', most } as const;
      const from = { ...(await inheritance(store, by.credential)), maker: await makers.of(by) };
      return await linkTo({ ...who, ...from }, actorOf(by));
    },
    createFirstLink: async (owner, by) =>
      await linkTo({ ...owner, scope: 'admin', most: 'owner', maker: await makers.of(by) }, relayItself),
    look: async (token) => look(people, (await readTicket(store, token)).meant),
    redeem: async (token) => {
      const { meant, spend } = await readTicket(store, token);
      // Looked at before it is spent: a store that fails here leaves the link as it was.
      if ('invited' in meant) await checkInvited(makers, meant);
      else await checkLinked(people, makers, meant);
      await spend();
      return 'invited' in meant ? await join(store, people, meant) : meant;
    },
  };
}

async function look(people: People, meant: Awaited<ReturnType<typeof readTicket>>['meant']): Promise<Meant> {
  const { organisation } = meant;
  if ('invited' in meant) return { organisation, person: meant.invited.id, name: meant.invited.name };
  const { id, name } = await people.person(organisation, meant.person).catch(goneIsSpent);
  return { organisation, person: id, name };
}

/** Throws `sign-in-link-spent` where a link opens nothing any more: its person or key is gone, their password is another, or whoever made it for them may not do so now. */
async function checkLinked(people: People, makers: Makers, meant: Linked): Promise<void> {
  const { organisation, key, maker } = meant;
  const { generation: now, role } = await people.person(organisation, meant.person).catch(goneIsSpent);
  if (now !== meant.generation) throw new Problem('sign-in-link-spent');
  const own: Maker = { organisation, person: meant.person, ...generation(now), ...(key === undefined ? {} : { key }) };
  const may = await makers.roleNow(maker ?? own);
  const isFounder = maker !== undefined && maker.organisation !== organisation;
  const right = isFounder ? may === 'owner' : maker === undefined || mayLinkFor(may ?? 'viewer', role);
  if (may === undefined || !right) throw new Problem('sign-in-link-spent');
}

/** Who is gone has no links any more; a store that does not answer says nothing of that. */
function goneIsSpent(error: unknown): never {
  throw isGone(error) ? new Problem('sign-in-link-spent') : error;
}

/** Whoever makes an organisation belongs to another one, whose people are nobody's business there. */
const relayItself: Actor = { name: 'relay', via: 'relay' };
