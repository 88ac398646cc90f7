/** Which paths are pages of the app; all others of this origin belong to the relay. */

/** Whether a navigation to this path shows the app. */
export function isPage(pathname: string): boolean {
  return !/^\/(v1|docs|oauth|livez|readyz|metrics)(\/|$)/.test(pathname) && !/\.[a-z0-9]+$/i.test(pathname);
}
