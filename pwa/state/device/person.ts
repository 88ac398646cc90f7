/** The person who is signed in: asked from the relay, changed by a link, signed out. Data of the previous person is dropped first. */
import type { AnswerOf } from '#contract/call-types.ts';
import type { Me, SessionRequest } from '#contract/people.ts';
import { Interruption } from '../../api.ts';
import { Refusal } from '../../refusal.ts';
import type { SignInQuestion } from '../app-state.ts';
import { emptyRecords } from '../facts/shown.ts';
import type { Parts } from '../parts.ts';
import { relayAway, wishProblem } from '../wishes/wish.ts';

export interface Person {
  /** Asks the relay; changes nothing if it cannot be reached. */
  look(): Promise<void>;
  /** Throws a Refusal or an Interruption. */
  signIn(request: SessionRequest): Promise<void>;
  /** The same for the link or provider's answer that the app was opened with. Errors are shown, not thrown. If another person is signed in, asks first. */
  trySignIn(request: SessionRequest): Promise<void>;
  /** Answers the question. Throws a Refusal or an Interruption. */
  answer(yes: boolean): Promise<void>;
  /** Links an account at a provider to the person who is signed in. Errors are shown. */
  tryTie(query: string): Promise<void>;
  /** Signs out and drops everything on this device, even if the relay cannot be reached; then it throws. */
  signOut(): Promise<void>;
  /** Deletes the account, then drops everything on this device. Throws a Refusal or an Interruption, having dropped nothing. */
  deleteAccount(query: { readonly confirm: string; readonly successor?: string }): Promise<void>;
  /** The relay says that nobody is signed in. If the session was ended (`isEnded`: signed out elsewhere, removed, or unused for long), drops what was read. Unsent text stays for its person. */
  signedOut(isEnded: boolean): void;
  /** Another tab has signed out. */
  forget(): Promise<void>;
  /** Whether the relay has confirmed the person since the app was opened. */
  isSure(): boolean;
}

/** Who is signed in, as it is found out. */
interface Door {
  readonly parts: Parts;
  /** Called when the stream must start again, or (false) stop. */
  readonly changed: (signedIn: boolean) => void;
  /** Whether the relay has said who it is. */
  isSure: boolean;
}

/** Calls `changed` when the stream must start again, or (false) stop. */
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
        await leave(door);
      }
    },
    async deleteAccount(query) {
      await parts.api.call('meRemove', { query });
      await leave(door);
    },
  };
}

/** Drops everything on this device, in all tabs. */
async function leave(door: Door): Promise<void> {
  await forget(door);
  await forgetKey();
  door.parts.tell({ type: 'signed-out' });
}

async function adopt(door: Door, { p: _p, ...me }: AnswerOf<'me'>): Promise<void> {
  const { parts } = door;
  const { state, setState } = parts;
  const wasSignedIn = state.signedIn === 'yes';
  const other = state.me !== undefined && !isSame(state.me, me);
  if (other) await forgetWithKey(parts);
  // Another person was asked.
  if (other) setState('signInQuestion', undefined);
  door.isSure = true;
  setState({ signedIn: 'yes', me, signInProblem: undefined });
  await parts.replica.note({ me }).catch(() => {});
  // What was read and typed shall not go when the device runs short of space; browsers ask nobody, or once.
  void navigator.storage?.persist?.().catch(() => false);
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
  // A new link replaces one whose question is still open.
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
  if (!(error instanceof Interruption || error instanceof Refusal)) throw error;
  parts.setState('signInProblem', error instanceof Refusal ? wishProblem(error.problem) : relayAway);
}

async function look(door: Door): Promise<void> {
  try {
    await adopt(door, await door.parts.api.call('me'));
  } catch (error) {
    if (!(error instanceof Interruption || error instanceof Refusal)) throw error;
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

/** The question in a problem `signed-in-already`. */
function asQuestion(token: string, problem: unknown): SignInQuestion | undefined {
  if (!(problem instanceof Refusal) || problem.code !== 'signed-in-already') return undefined;
  const { as, now } = problem.problem as unknown as Omit<SignInQuestion, 'token'>;
  return { token, as, now };
}

/** Another person is signed in now, who must not use the previous person's signing key. */
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
