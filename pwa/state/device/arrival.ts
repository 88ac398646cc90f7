/** Handles the URL that the app is opened with: the token of a sign-in link (`/#/sign-in/<token>`), or the return from a provider (`/?code=…&state=…`). It is read once, and removed from the URL and the history before anything else. */
import type { SessionRequest } from '#contract/people.ts';
import { hrefTo } from '../../route.ts';

/** The purpose: to sign in, or to link an account to the person who is signed in. */
export type Arrival = SessionRequest | { readonly tie: string };

type Url = Readonly<Record<'hash' | 'pathname' | 'search', string>>;
type History = { replaceState(data: null, unused: '', url: string): void };

/** The token in a URL, if it is a sign-in link; it is then replaced in the history by the same URL without its fragment. */
export function takeSignInToken({ hash, pathname, search }: Url, history: History): string | undefined {
  const token = /^#\/sign-in\/([A-Za-z0-9_-]{1,200})$/.exec(hash)?.[1];
  if (token !== undefined) history.replaceState(null, '', pathname + search);
  return token;
}

/** The note in this tab while the person is at the provider. */
const awayKey = 'sallyport-away';

/** Notes in this tab that the person goes to a provider. The return is accepted only in the same tab, so that nobody can be signed in as another person by a link. */
export function noteAway(state: string, does: 'sign-in' | 'tie', kept: Storage): void {
  kept.setItem(awayKey, JSON.stringify({ state, does }));
}

/** The return from a provider, if this tab waits for it. */
export function takeReturn({ pathname, search, hash }: Url, history: History, kept: Storage): Arrival | undefined {
  const query = new URLSearchParams(search);
  const state = query.get('state');
  if (state === null || (!query.has('code') && !query.has('error'))) return undefined;
  const away = JSON.parse(kept.getItem(awayKey) ?? '{}') as { readonly state?: string; readonly does?: string };
  kept.removeItem(awayKey);
  const isTie = away.state === state && away.does === 'tie';
  // Back to the page where it began.
  history.replaceState(null, '', pathname + (isTie ? hrefTo({ place: 'profile' }) : hash));
  if (away.state !== state) return undefined;
  return isTie ? { tie: search } : { oidc: search };
}
