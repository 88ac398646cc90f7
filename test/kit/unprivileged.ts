/** Doing something as a user who may not read everything, also where the tests run as root. */

const nobody = 65_534;

/** Why that is impossible here; false where it is not. Give it to `test` as `skip`. */
export const alwaysPrivileged = process.geteuid === undefined ? 'this system has no users by number' : false;

/** Becomes nobody, if this is root, until disposed. Files made meanwhile are nobody's. */
export function dropPrivileges(): Disposable {
  const before = process.geteuid?.();
  if (before === 0) process.seteuid?.(nobody);
  return { [Symbol.dispose]: () => before === 0 && process.seteuid?.(0) };
}
