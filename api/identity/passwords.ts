/** E-mail and password, a hash a person in their organisation's shard; and how often one may be tried, by whom. */
import type { Act, Actor } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../audit/log.ts';
import { createFairQueue, type FairQueue } from '../fair-queue.ts';
import { organisationShard } from '../store/shards.ts';
import type { Store } from '../store/store.ts';
import { defineTextTable } from '../store/tables.ts';
import { findPassword, hashPassword } from './argon2.ts';
import { actorOf, goneIsNobody, type PersonCaller } from './caller.ts';
import { createEmails, type Emails, normal } from './emails.ts';
import type { KnownDevices } from './known-devices.ts';
import { createPasswordTries, type PasswordTries, type TriedFrom } from './password-tries.ts';
import type { People, Person } from './people.ts';
import { countTry } from './tries.ts';
import type { Whose } from './ways.ts';

export interface Passwords {
  /** Sets the e-mail and password of whoever calls, and ends every session and sign-in link of theirs. Unless they have just proved who they are (`isFresh`), `current` has to be their password. Throws `password-wrong`, `sign-in-again` where they have none, `email-taken`, `too-many-requests`. */
  set(by: PersonCaller, wanted: PasswordWanted, isFresh: boolean): Promise<void>;
  /** Forgets e-mail and password of somebody who was removed. */
  forget(whose: Whose): Promise<void>;
  /** Whose e-mail and password these are. Throws `password-wrong`, also for an e-mail of nobody, and `too-many-requests`. */
  check(email: string, password: string, from: TriedFrom): Promise<Whose>;
}

export interface PasswordWanted {
  readonly email: string;
  readonly password: string;
  readonly current?: string | undefined;
}

/** In an organisation's shard, by person: the hashes of passwords. */
const hashes = defineTextTable('passwords');

/** Somebody who signs in by an e-mail, with the hash of their password. */
interface Holder {
  readonly whose: Whose;
  readonly person: Person;
  readonly hash: string;
}

/** What checking and setting passwords share. */
interface Checking {
  readonly store: Store;
  readonly people: People;
  readonly devices: KnownDevices;
  readonly emails: Emails;
  readonly tries: PasswordTries;
  readonly queue: FairQueue;
}

/** The passwords of people in a store. */
export function createPasswords(store: Store, people: People, devices: KnownDevices): Passwords {
  const checking: Checking = {
    store,
    people,
    devices,
    emails: createEmails(store),
    tries: createPasswordTries(store),
    queue: createFairQueue(limits.passwordChecksMax, limits.passwordChecksWaitingMax),
  };
  return {
    check: (email, password, from) => checkPassword(checking, email, password, from),
    forget: async (whose) => {
      await checking.emails.forget(whose);
      await store.commit(organisationShard(whose.organisation), { delete: [hashes.at(whose.person)] });
    },
    set: async (by, wanted, isFresh) => {
      await checkMaySet(checking, by, wanted.current, isFresh);
      await setPassword(checking, by, wanted);
    },
  };
}

async function checkPassword(checking: Checking, email: string, password: string, from: TriedFrom): Promise<Whose> {
  const { network, device } = from;
  const holders = await holdersOf(checking, email);
  const known = device === undefined ? [] : await knowing(checking.devices, holders, device);
  const own = known.length > 0 ? await findAmong(checking, known, email, password, { network, device }) : undefined;
  if (own !== undefined) return own;
  // Others with this e-mail never signed in here: to them it is a stranger who tries. Also where there are none, so that nobody learns of them.
  const others = holders.filter((holder) => !known.includes(holder));
  const isOfOthers = known.length > 0;
  const other = await findAmong(checking, others, email, password, { network, isOfOthers });
  if (other === undefined) throw new Problem('password-wrong');
  return other;
}

async function findAmong(
  { store, tries, queue }: Checking,
  holders: readonly Holder[],
  email: string,
  password: string,
  from: TriedFrom,
): Promise<Whose | undefined> {
  const tried = await tries.begin(normal(email), from);
  const known = holders.map(({ hash }) => hash);
  const holder = holders[await queue.run(tried.asker, () => findPassword(password, known))];
  if (holder !== undefined) {
    await tried.right();
    return holder.whose;
  }
  const said = await tried.wrong();
  for (const { whose, person } of said === 'nothing' ? [] : holders) {
    const act = said === 'alarm' ? alarm(person) : refused(person);
    await commitRecorded(store, organisationShard(whose.organisation), {}, [act]);
  }
  return undefined;
}

/** Throws `sign-in-again`, `password-wrong`, `too-many-requests` where somebody has not shown that the password is theirs to set. */
async function checkMaySet(
  { store, queue }: Checking,
  by: PersonCaller,
  current: string | undefined,
  isFresh: boolean,
): Promise<void> {
  const { organisation, person: id } = by;
  const shard = organisationShard(organisation);
  const has = (await hashes.get(store, shard, id))?.value;
  if (has === undefined && !isFresh) throw new Problem('sign-in-again');
  await countTry(store, `password-set/${id}`, limits.passwordTriesMax, limits.passwordTriesMs);
  if (has === undefined || isFresh) return;
  if (current === undefined) throw new Problem('password-wrong', 'Your present password is needed too, as `current`.');
  if ((await queue.run(askerOf(id), () => findPassword(current, [has]))) === 0) return;
  await commitRecorded(store, shard, {}, [{ action: 'password-set', result: 'refused', by: actorOf(by) }]);
  throw new Problem('password-wrong');
}

async function setPassword(checking: Checking, by: PersonCaller, { email, password }: PasswordWanted): Promise<void> {
  const { people, emails, queue } = checking;
  const { organisation, person: id } = by;
  const whose = { organisation, person: id };
  const others = await holdersOf(checking, email);
  const like = others.find((other) => other.person.id !== id)?.hash;
  const hash = await queue.run(askerOf(id), () => hashPassword(password, like));
  await emails.add(email, whose);
  const act: Act = { action: 'password-set', result: 'done', by: actorOf(by) };
  let before: string | undefined;
  const changed = (person: Person) => {
    before = person.email;
    return { ...person, email, generation: (person.generation ?? 0) + 1 };
  };
  await people.update(organisation, id, changed, act, { put: [hashes.put(id, hash)] });
  if (before !== undefined && normal(before) !== normal(email)) await emails.remove(before, whose);
}

function askerOf(person: string) {
  return { line: `person/${person}`, isKnown: true };
}

/** Who signs in by an e-mail now: somebody who has left, or has taken another one, does not. */
async function holdersOf({ store, people, emails }: Checking, email: string): Promise<readonly Holder[]> {
  const found = await emails.holders(email);
  const looked = found.map(async (whose): Promise<readonly Holder[]> => {
    const { organisation, person: id } = whose;
    const person = await people.person(organisation, id).catch(goneIsNobody);
    const kept = await hashes.get(store, organisationShard(organisation), id);
    if (person?.email === undefined || kept === undefined || normal(person.email) !== normal(email)) return [];
    return [{ whose, person, hash: kept.value }];
  });
  return (await Promise.all(looked)).flat();
}

/** Those who were signed in with this device. */
async function knowing(devices: KnownDevices, holders: readonly Holder[], device: string): Promise<readonly Holder[]> {
  const known = await Promise.all(holders.map(({ whose }) => devices.isKnown(whose, device)));
  return holders.filter((_, index) => known[index]);
}

function refused({ id, name }: Pick<Person, 'id' | 'name'>): Act {
  return { action: 'signed-in', result: 'refused', by: { person: id, name, via: 'password' } };
}

function alarm({ id, name }: Person): Act {
  const by: Actor = { name: 'relay', via: 'relay' };
  return { action: 'passwords-guessed', result: 'refused', by, about: { person: id, name } };
}
