/** Bundles a program of a tree into one file that any Node of ours runs without packages. */
import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';

/** Packages of the older sort ask for others by `require`. */
const banner =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** Bundles `entry` of `tree` into `file`; answers the files that are inside, relative to the tree. */
export async function bundleProgram(tree: string, entry: string, file: string): Promise<readonly string[]> {
  const bundle = await rolldown({ cwd: tree, input: join(tree, entry), platform: 'node', logLevel: 'silent' });
  const { output } = await bundle.generate({ format: 'esm', minify: true, codeSplitting: false, banner });
  const [chunk] = output;
  await writeFile(file, asAscii(chunk.code));
  return chunk.moduleIds.map((id) => relative(tree, id));
}

/** V8 keeps the source of a program, with two bytes a letter if one of them is not Latin: such letters are written as escapes. */
function asAscii(code: string): string {
  if (/String\.raw`[^`\P{ASCII}]*[^\p{ASCII}]/u.test(code))
    throw new Error('A raw template has a letter beyond ASCII, which cannot be written as an escape.');
  return code.replace(/[^\p{ASCII}]/gu, (letter) =>
    Array.from({ length: letter.length }, (_, at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, '0')}`).join(
      '',
    ),
  );
}
