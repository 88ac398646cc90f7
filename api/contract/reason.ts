/** Why something failed, in words for people: without the code and the call that Node writes around what the system says. */

/** "permission denied (/x)" of "EACCES: permission denied, scandir '/x'"; a sentence of ours as it is. */
export function reasonOf(error: unknown): string {
  // Of several addresses that were tried, Node says nothing of its own.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ');
  const text = error instanceof Error ? error.message || error.name : String(error);
  const said = /^(?:[a-z]+ )?E[A-Z0-9]{2,}: (.+)$/s.exec(text)?.[1];
  if (said !== undefined)
    return said.replace(/, [a-z]+(?: '(.*?)'(?: -> '(.*)')?)?$/s, (_, path, to) => {
      const both = to === undefined ? path : `${path} to ${to}`;
      return path === undefined ? '' : ` (${both})`;
    });
  // "Path is a directory: rm returned EISDIR (is a directory) /x"
  const own = / returned E[A-Z0-9]{2,} \(([^)]*)\)(?: (.+))?$/s.exec(text);
  if (own !== null) return `${own[1]}${own[2] === undefined ? '' : ` (${own[2]})`}`;
  const call = /^([a-z]+) (?:(.+) )?(E[A-Z0-9]{2,})$/s.exec(text);
  if (call !== null) return `the system says ${call[3]}${call[2] === undefined ? '' : ` of ${call[2]}`}`;
  // "; if the root CA is installed locally, try running Node.js with --use-system-ca": the bridge has other options.
  return text.replace(/;[^;]*\bNode\.js with --.*$/s, '');
}
