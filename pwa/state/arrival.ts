/** What the app is opened with: the token of a sign-in link (`/#/sign-in/<token>`), or the way back from a provider (`/?code=…&state=…`). Taken once, and gone from the URL and the history before anything else happens. */
import type { SessionRequest } from '#contract/people.ts';
import { hrefTo } from '../route.ts';

/** A sign-in, or an account that is to be tied to whoever is signed in. */
export type Arrival = SessionRequest | { readonly tie: string };

type Url = Readonly<Record<'hash' | 'pathname' | 'search', string>>;
type History = { replaceState(data: null, unused: '', url: string): void };

/** The token in a URL, if it is a sign-in link; it is then replaced in the history by the same URL without its fragment. */
export function takeSignInToken({ hash, pathname, search }: Url, history: History): string | undefined {
  const token = /^#\/sign-in\/([A-Za-z0-9_-]{1,200})$/.exec(hash)?.[1];
  if (token !== undefined) history.replaceState(null, '', pathname + search);
  return token;
}

/** What is kept in the tab while its person is at the provider. */
const awayKey = 'sallyport-away';

/** Notes in the tab that its person goes to a provider; the way back counts only in this very tab, so that nobody can be sent in as somebody else. */
export function noteAway(state: string, does: 'sign-in' | 'tie', kept: Storage): void {
  kept.setItem(awayKey, JSON.stringify({ state, does }));
}

/** The way back from a provider, if this is one that this tab waits for. */
export function takeReturn({ pathname, search, hash }: Url, history: History, kept: Storage): Arrival | undefined {
  const query = new URLSearchParams(search);
  const state = query.get('state');
  if (state === null || (!query.has('code') && !query.has('error'))) return undefined;
  const away = JSON.parse(kept.getItem(awayKey) ?? '{}') as { readonly state?: string; readonly does?: string };
  kept.removeItem(awayKey);
  const isTie = away.state === state && away.does === 'tie';
  // Back to where it was begun.
  history.replaceState(null, '', pathname + (isTie ? hrefTo({ place: 'profile' }) : hash));
  if (away.state !== state) return undefined;
  return isTie ? { tie: search } : { oidc: search };
}
