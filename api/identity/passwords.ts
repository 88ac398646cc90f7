/** E-mail and password: argon2id (RFC 9106, with the parameters of OWASP's cheat sheet), a hash a person in their organisation's shard. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Act } from '#contract/audit.ts';
import { limits } from '#contract/limits.ts';
import { Problem } from '#contract/problems.ts';
import { commitRecorded } from '../relay/audit.ts';
import type { Store } from '../store/store.ts';
import { actorOf, type PersonCaller } from './caller.ts';
import type { People } from './people.ts';
import { hashSecret } from './secrets.ts';
import { countTry, forgetTries } from './tries.ts';
import { addWay, findWay, removeWay, type Whose } from './ways.ts';

/** KiB, rounds, lanes. */
const cost = { memory: 19 * 1024, passes: 2, parallelism: 1 } as const;
const tagLength = 32;

export interface Passwords {
  /** Sets the e-mail and password of whoever calls, and ends every session and sign-in link of theirs. Unless they have just proved who they are (`isFresh`), `current` has to be their password. Throws `password-wrong`, `sign-in-again` where they have none, `email-taken`, `too-many-requests`. */
  set(by: PersonCaller, wanted: PasswordWanted, isFresh: boolean): Promise<void>;
  /** Forgets the password of somebody who was removed. */
  forget(whose: Whose): Promise<void>;
  /** Whose e-mail and password these are. Throws `password-wrong`, also for an e-mail of nobody, and `too-many-requests`. */
  check(email: string, password: string): Promise<Whose>;
}

export interface PasswordWanted {
  readonly email: string;
  readonly password: string;
  readonly current?: string | undefined;
}

/** The passwords of people in a store. */
export function createPasswords(store: Store, people: People): Passwords {
  const check: Passwords['check'] = async (email, password) => {
    const tries = `password/${hashSecret(normal(email))}`;
    await countTry(store, tries, limits.passwordTriesMax, limits.passwordTriesMs);
    const whose = await findWay(store, 'email', normal(email));
    const kept = whose && (await store.row(`o:${whose.organisation}`, 'passwords', whose.person));
    const isRight = await verify(password, kept?.value ?? nobodys);
    if (whose === undefined || kept === undefined) throw new Problem('password-wrong');
    const person = await people.person(whose.organisation, whose.person).catch(() => undefined);
    if (person?.email === undefined || normal(person.email) !== normal(email)) throw new Problem('password-wrong');
    if (!isRight) {
      const by = { person: person.id, name: person.name, via: 'password' as const };
      const act: Act = { action: 'signed-in', result: 'refused', by };
      await commitRecorded(store, `o:${whose.organisation}`, {}, [act]);
      throw new Problem('password-wrong');
    }
    await forgetTries(store, tries);
    return { organisation: whose.organisation, person: whose.person };
  };
  return {
    check,
    forget: async ({ organisation, person }) => {
      await store.commit(`o:${organisation}`, { delete: [{ table: 'passwords', key: person }] });
    },
    set: async (by, { email, password, current }, isFresh) => {
      const { organisation, person: id } = by;
      const before = await people.person(organisation, id);
      const has = (await store.row(`o:${organisation}`, 'passwords', id)) !== undefined;
      if (!has && !isFresh) throw new Problem('sign-in-again');
      if (has && !isFresh) {
        if (current === undefined || before.email === undefined)
          throw new Problem('password-wrong', 'Your present password is needed too, as `current`.');
        await check(before.email, current);
      }
      const hash = await hashPassword(password);
      const whose = { organisation, person: id };
      await addWay(store, 'email', { key: normal(email), name: email }, { ...whose, kept: null }, []).catch(asTaken);
      const act: Act = { action: 'password-set', result: 'done', by: actorOf(by) };
      const put = [{ table: 'passwords', key: id, value: hash }];
      const changed = (person: typeof before) => ({ ...person, email, generation: (person.generation ?? 0) + 1 });
      await people.update(organisation, id, changed, act, { put });
      if (before.email !== undefined && normal(before.email) !== normal(email))
        await removeWay(store, 'email', normal(before.email), whose, []);
    },
  };
}

function asTaken(error: unknown): never {
  if (error instanceof Problem && error.code === 'way-taken') throw new Problem('email-taken', undefined, {}, error);
  throw error;
}

/** E-mails are compared without regard to case: nobody has two that differ in it. */
function normal(email: string): string {
  return email.normalize('NFC').toLowerCase();
}

const derive = promisify(argon2);

/** In the PHC string format. */
async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const tag = await derive('argon2id', { message: password.normalize('NFKC'), nonce, tagLength, ...cost });
  const { memory, passes, parallelism } = cost;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(nonce)}$${base64(tag)}`;
}

/** Each costs 19 MiB and some tens of ms of a core: what many ask for at once waits elsewhere. */
let underWay = 0;

async function verify(password: string, phc: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', tag = ''] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(phc) ?? [];
  const expected = Buffer.from(tag, 'base64');
  if (underWay >= limits.passwordChecksMax) throw new Problem('too-many-requests', undefined, { retryAfterSeconds: 2 });
  underWay += 1;
  const computed = await derive('argon2id', {
    message: password.normalize('NFKC'),
    nonce: Buffer.from(salt, 'base64'),
    tagLength: expected.length,
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  }).finally(() => {
    underWay -= 1;
  });
  return timingSafeEqual(computed, expected);
}

/** What is checked for an e-mail of nobody, so that it takes as long. */
const nobodys = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${base64(Buffer.alloc(16))}$${base64(Buffer.alloc(tagLength))}`;

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
