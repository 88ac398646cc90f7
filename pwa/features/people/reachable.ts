/** Whether an address leads to this computer alone. */

/** True for an address of loopback: on any other device it means that device. */
export function isHereOnly(url: URL): boolean {
  return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\])\.?$/.test(url.hostname);
}
