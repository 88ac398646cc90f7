/** The built-in list of what never leaves a machine, whatever `.sallyportignore` says. */

const folders: ReadonlySet<string> = new Set([
  '.git',
  '.hg',
  '.svn',
  'node_modules',
  'tmp',
  '.DS_Store',
  '.ssh',
  '.gnupg',
]);

const names: readonly RegExp[] = [
  // Secrets.
  /^\.env/i,
  /^\.(npmrc|netrc|pypirc|htpasswd|pgpass)$/i,
  /^id_(rsa|dsa|ecdsa|ed25519)/i,
  /\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg)$/i,
  // Databases.
  /\.(db|db3|sqlite|sqlite3|mdb)(-(wal|shm|journal))?$/i,
  // What editors and atomic writers leave for a moment: vim, Emacs, JetBrains, LibreOffice, KDE, ours.
  /^\..*\.sw[a-z]$/i,
  /^4913$/,
  /~$/,
  /^#.*#$/,
  /^\.#/,
  /\.(tmp|temp|bak|orig|part|crswap|crdownload)$/i,
  /^\.?~lock\./,
  /^~\$/,
  /___jb_(tmp|old)___$/,
  /\.tmp\.\d+(\.|$)/,
  /^\.sallyport-/,
  /^(\.DS_Store|Thumbs\.db|desktop\.ini)$/i,
];

/** Whether a path of a project (relative, `/`) is on the list, by its name or by a folder above it. */
export function neverLeaves(path: string): boolean {
  return path.split('/').some((part) => folders.has(part) || names.some((name) => name.test(part)));
}
