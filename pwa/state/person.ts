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

/** `changed` is called when hearing has to begin anew, or (false) to end. */
export function createPerson(parts: Parts, changed: (signedIn: boolean) => void): Person {
  const { api, state, setState } = parts;
  let isSure = false;

  async function adopt({ p: _p, ...me }: AnswerOf<'me'>): Promise<void> {
    const wasSignedIn = state.signedIn === 'yes';
    const other = state.me !== undefined && !isSame(state.me, me);
    if (other) await forgetWithKey(parts);
    // The question was put to somebody else.
    if (other) setState('signInQuestion', undefined);
    isSure = true;
    setState({ signedIn: 'yes', me, signInProblem: undefined });
    await parts.replica.note({ me }).catch(() => {});
    if (other || !wasSignedIn) changed(true);
  }

  async function signIn(request: SessionRequest): Promise<void> {
    await adopt(await api.call('sessionCreate', { body: request }));
    parts.tell({ type: 'signed-in' });
  }

  function signedOut(isEnded: boolean): void {
    isSure = true;
    if (state.signedIn === 'no') return;
    setState('signedIn', 'no');
    changed(false);
    if (isEnded) void forgetRead(parts);
  }

  function show(error: unknown): undefined {
    if (!(error instanceof Interruption || error instanceof Problem)) throw error;
    setState('signInProblem', error instanceof Problem ? wishProblem(error.toJson()) : relayAway);
  }

  async function look(): Promise<void> {
    try {
      await adopt(await api.call('me'));
    } catch (error) {
      if (!(error instanceof Interruption || error instanceof Problem)) throw error;
    }
  }

  async function forget(): Promise<void> {
    signedOut(false);
    await forgetAll(parts);
    setState('me', undefined);
  }

  return {
    signIn,
    signedOut,
    look,
    forget,
    isSure: () => isSure,
    async trySignIn(request) {
      const failed = await signIn(request).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failed === undefined) return;
      const question = 'token' in request ? asQuestion(request.token, failed) : undefined;
      if (question === undefined) show(failed);
      // A link that is opened while another one is asked about takes its place.
      else setState('signInQuestion', question);
      await look();
    },
    async answer(yes) {
      const question = state.signInQuestion;
      if (question === undefined) return;
      if (yes) await signIn({ token: question.token, instead: question.now.person });
      setState('signInQuestion', undefined);
    },
    async tryTie(query) {
      await look();
      const tied = await api.call('accountLink', { body: { oidc: query } }).catch(show);
      if (tied !== undefined) setState('tiedAt', Date.now());
    },
    async signOut() {
      try {
        await api.call('sessionEnd');
      } finally {
        await forget();
        await forgetKey();
        parts.tell({ type: 'signed-out' });
      }
    },
  };
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
