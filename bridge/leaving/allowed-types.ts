/** Which files of a spec's folder are uploaded with their content: text and images. Other types, and hidden files (`.auth/user.json`), are only listed until `.sallyport/upload` allows them. */

const endings: ReadonlySet<string> = new Set([
  ...['md', 'markdown', 'mdx', 'txt', 'text', 'rst', 'adoc', 'log'],
  ...['json', 'jsonl', 'yaml', 'yml', 'toml', 'csv', 'tsv'],
  ...['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'svg', 'bmp', 'ico'],
  ...['pdf'],
]);

/** Whether a file with this name is uploaded with its content by default. */
export function isAllowedType(path: string): boolean {
  const parts = path.split('/');
  // The first folder may be the format's own: `.spec-workflow`.
  if (parts.slice(1).some((part) => part.startsWith('.'))) return false;
  const name = parts.at(-1) ?? '';
  const dot = name.lastIndexOf('.');
  return dot > 0 && endings.has(name.slice(dot + 1).toLowerCase());
}
