/** Whether the app is installed. */

/** Whether it runs as an installed app now. */
export function isInstalled(): boolean {
  return matchMedia('(display-mode: standalone)').matches;
}
