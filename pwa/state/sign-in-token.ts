/** The token of a sign-in link, `/#/sign-in/<token>`: taken once, and gone from the URL and the history before anything else happens. */

/** The token of the page's URL, if it is a sign-in link. */
export function takeSignInToken(): string | undefined {
  const token = signInTokenIn(location.hash);
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** The token in the fragment of a URL, `#/sign-in/<token>`. */
export function signInTokenIn(fragment: string): string | undefined {
  return /^#\/sign-in\/([A-Za-z0-9_-]{1,200})$/.exec(fragment)?.[1];
}
