/** Who is signed in: found out, changed by a link, ended. What belonged to somebody else is forgotten first. */
import type { AnswerOf } from '#contract/call-types.ts';
import type { Me, SessionRequest } from '#contract/people.ts';
import { Problem } from '#contract/problems.ts';
import { Interruption } from '../api.ts';
import type { SignInQuestion } from './app-state.ts';
import type { Parts } from './parts.ts';
import { emptyRecords } from './shown.ts';
import { relayAway, wishProblem } from './wish.ts';

export interface Person {
  /** Asks the relay; knows no more than before where it cannot be reached. */
  look(): Promise<void>;
  /** Throws a Problem or an Interruption. */
  signIn(request: SessionRequest): Promise<void>;
  /** The same for what the app was opened with, a link or the way back from a provider: what is wrong with it is shown, not thrown; where somebody else is signed in, it becomes a question. */
  trySignIn(request: SessionRequest): Promise<void>;
  /** Answers the question. Throws a Problem or an Interruption. */
  answer(yes: boolean): Promise<void>;
  /** Ties an account at a provider to whoever is signed in; what is wrong is shown. */
  tryTie(query: string): Promise<void>;
  /** Forgets everything here, also where the relay cannot be told; that is then thrown. */
  signOut(): Promise<void>;
  /** The relay says that nobody is signed in. Where the session was ended (`isEnded`: signed out from elsewhere, removed, or unused for long) what was read is forgotten; what was typed and not sent yet stays for its person. */
  signedOut(isEnded: boolean): void;
  /** Another tab has signed out. */
  forget(): Promise<void>;
  /** Whether the relay has said who it is, since the app was opened. */
  isSure(): boolean;
}

/** Who is signed in, as it is found out. */
interface Door {
  readonly parts: Parts;
  /** Called when hearing has to begin anew, or (false) to end. */
  readonly changed: (signedIn: boolean) => void;
  /** Whether the relay has said who it is. */
  isSure: boolean;
}

/** `changed` is called when hearing has to begin anew, or (false) to end. */
export function createPerson(parts: Parts, changed: (signedIn: boolean) => void): Person {
  const door: Door = { parts, changed, isSure: false };
  return {
    signIn: (request) => signIn(door, request),
    signedOut: (isEnded) => signedOut(door, isEnded),
    look: () => look(door),
    forget: () => forget(door),
    isSure: () => door.isSure,
    trySignIn: (request) => trySignIn(door, request),
    async answer(yes) {
      const question = parts.state.signInQuestion;
      if (question === undefined) return;
      if (yes) await signIn(door, { token: question.token, instead: question.now.person });
      parts.setState('signInQuestion', undefined);
    },
    async tryTie(query) {
      await look(door);
      const failed = (error: unknown) => showProblem(door, error);
      const tied = await parts.api.call('accountLink', { body: { oidc: query } }).catch(failed);
      if (tied !== undefined) parts.setState('tiedAt', Date.now());
    },
    async signOut() {
      try {
        await parts.api.call('sessionEnd');
      } finally {
        await forget(door);
        await forgetKey();
        parts.tell({ type: 'signed-out' });
      }
    },
  };
}

async function adopt(door: Door, { p: _p, ...me }: AnswerOf<'me'>): Promise<void> {
  const { parts } = door;
  const { state, setState } = parts;
  const wasSignedIn = state.signedIn === 'yes';
  const other = state.me !== undefined && !isSame(state.me, me);
  if (other) await forgetWithKey(parts);
  // The question was put to somebody else.
  if (other) setState('signInQuestion', undefined);
  door.isSure = true;
  setState({ signedIn: 'yes', me, signInProblem: undefined });
  await parts.replica.note({ me }).catch(() => {});
  if (other || !wasSignedIn) door.changed(true);
}

async function signIn(door: Door, request: SessionRequest): Promise<void> {
  await adopt(door, await door.parts.api.call('sessionCreate', { body: request }));
  door.parts.tell({ type: 'signed-in' });
}

async function trySignIn(door: Door, request: SessionRequest): Promise<void> {
  const failed = await signIn(door, request).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (failed === undefined) return;
  const question = 'token' in request ? asQuestion(request.token, failed) : undefined;
  if (question === undefined) showProblem(door, failed);
  // A link that is opened while another one is asked about takes its place.
  else door.parts.setState('signInQuestion', question);
  await look(door);
}

function signedOut(door: Door, isEnded: boolean): void {
  const { parts } = door;
  door.isSure = true;
  if (parts.state.signedIn === 'no') return;
  parts.setState('signedIn', 'no');
  door.changed(false);
  if (isEnded) void forgetRead(parts);
}

function showProblem({ parts }: Door, error: unknown): undefined {
  if (!(error instanceof Interruption || error instanceof Problem)) throw error;
  parts.setState('signInProblem', error instanceof Problem ? wishProblem(error.toJson()) : relayAway);
}

async function look(door: Door): Promise<void> {
  try {
    await adopt(door, await door.parts.api.call('me'));
  } catch (error) {
    if (!(error instanceof Interruption || error instanceof Problem)) throw error;
  }
}

async function forget(door: Door): Promise<void> {
  signedOut(door, false);
  await forgetAll(door.parts);
  door.parts.setState('me', undefined);
}

function isSame(a: Me, b: Me): boolean {
  return a.person.id === b.person.id && a.organisation.id === b.organisation.id;
}

/** Of a problem that asks who one wants to be, the question. */
function asQuestion(token: string, problem: unknown): SignInQuestion | undefined {
  if (!(problem instanceof Problem) || problem.code !== 'signed-in-already') return undefined;
  const { as, now } = problem.extra as unknown as Omit<SignInQuestion, 'token'>;
  return { token, as, now };
}

/** Somebody else is here from now on: what the one before signed with is not for them. */
async function forgetWithKey(parts: Parts): Promise<void> {
  await forgetAll(parts);
  await forgetKey();
}

async function forgetKey(): Promise<void> {
  const { forgetDeviceKey } = await import('./device-key.ts');
  await forgetDeviceKey().catch(() => {});
}

async function forgetAll(parts: Parts): Promise<void> {
  parts.wishes.clear();
  parts.drafts.clear();
  parts.visits.clear();
  parts.records.clear();
  dropRead(parts);
  await parts.replica.empty().catch(() => {});
}

async function forgetRead(parts: Parts): Promise<void> {
  dropRead(parts);
  await parts.replica.emptyRead().catch(() => {});
}

/** Out of memory and off the screen. */
function dropRead({ ledger, bodies, shown, setState }: Parts): void {
  ledger.clear();
  bodies.clear();
  shown.clear();
  setState('bodiesHere', emptyRecords());
}
