/** Which files of a spec's folder leave with their content: text and pictures. Others, and all that is hidden (`.auth/user.json`), are listed by name until `.sallyport/upload` allows them. */

const endings: ReadonlySet<string> = new Set([
  ...['md', 'markdown', 'mdx', 'txt', 'text', 'rst', 'adoc', 'log'],
  ...['json', 'jsonl', 'yaml', 'yml', 'toml', 'csv', 'tsv'],
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'svg', 'bmp', 'ico'],
  ...['pdf'],
]);

/** Whether a file of this name leaves with its content by itself. */
export function isAllowedType(path: string): boolean {
  const parts = path.split('/');
  // The first folder may be the format's own: `.spec-workflow`.
  if (parts.slice(1).some((part) => part.startsWith('.'))) return false;
  const name = parts.at(-1) ?? '';
  const dot = name.lastIndexOf('.');
  return dot > 0 && endings.has(name.slice(dot + 1).toLowerCase());
}
