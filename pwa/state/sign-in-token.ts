/** The token of a sign-in link, `/#/sign-in/<token>`: taken once, and gone from the URL and the history before anything else happens. */

/** The token in a URL, if it is a sign-in link; it is then replaced in the history by the same URL without its fragment. */
export function takeSignInToken(
  { hash, pathname, search }: Readonly<Record<'hash' | 'pathname' | 'search', string>>,
  history: { replaceState(data: null, unused: '', url: string): void },
): string | undefined {
  const token = /^#\/sign-in\/([A-Za-z0-9_-]{1,200})$/.exec(hash)?.[1];
  if (token !== undefined) history.replaceState(null, '', pathname + search);
  return token;
}
