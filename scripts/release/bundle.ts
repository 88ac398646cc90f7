/** Bundles a program of a tree into one file that any Node of ours runs without packages. */
import { writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** What a module imports, in place of all that a package would bring along: 12 MB of memory for things that nobody here uses. */
const lean: Readonly<Record<string, string>> = {
  // As its index.js, without fetch, WebSocket, caches and mocks.
  undici: `
    import Agent from 'undici/lib/dispatcher/agent.js';
    import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
    import api from 'undici/lib/api/index.js';
    import buildConnector from 'undici/lib/core/connect.js';
    Object.assign(Dispatcher.prototype, api);
    export { Agent, buildConnector };`,
};

/** A module of Node's with those of its exports that somebody names. An import takes them all, and Node makes some as soon as they are taken: fetch and WebSocket of `node:http` (16 MB), Web Crypto of `node:crypto`. */
function builtin(name: string): string {
  const names = Object.keys(process.getBuiltinModule(name) ?? {}).filter((one) => /^(?!default$)[a-z]\w*$/i.test(one));
  const exports = names.map((one) => `export const ${one} = /*#__PURE__*/ (() => all.${one})();`);
  return `const all = process.getBuiltinModule('${name}');\nexport default all;\n${exports.join('\n')}`;
}

/** Texts that replace files of packages. */
const inPlace: Readonly<Record<string, string>> = {
  // Its own timers wake the process twice a second while one is set, and a bridge always has two. Node's wake it only when one is due.
  'undici/lib/util/timers.js': `
    const native = (callback, delay, arg) => setTimeout(callback, delay, arg).unref();
    module.exports = { setTimeout, clearTimeout, setFastTimeout: native, clearFastTimeout: clearTimeout };`,
  // HTTP/2 is off in all agents.
  'undici/lib/dispatcher/client-h2.js': `
    module.exports = () => { throw new Error('HTTP/2 is off.'); };`,
};

/** What one command alone loads, as a file of its own beside the program, so that the others keep 1 MB less. Nothing that a running bridge may load later belongs here: an update may have replaced the file by then. */
export const apart: readonly { readonly entry: string; readonly file: string }[] = [
  { entry: 'bridge/mcp/serve.ts', file: 'mcp.mjs' },
];

/** Packages with a binary for each platform: npm installs them beside the release. */
export const notBundled: readonly string[] = ['@lydell/node-pty'];

const leanImports = (tree: string): Plugin => ({
  name: 'lean-imports',
  resolveId: (id, importer, { kind }) => {
    const wanted = kind === 'dynamic-import' && importer !== undefined ? resolve(importer, '..', id) : undefined;
    const own = apart.find(({ entry }) => join(tree, entry) === wanted);
    if (own !== undefined) return { id: `./${own.file}`, external: true };
    if (kind === 'import-statement' && (id in lean || isBuiltin(id))) return `\0lean:${id}`;
    // The texts above lie in no folder where packages are looked for.
    return importer?.startsWith('\0lean:') ? join(tree, 'node_modules', id) : undefined;
  },
  load: (id) => {
    if (!id.startsWith('\0lean:')) return inPlace[id.slice(join(tree, 'node_modules/').length)];
    const name = id.slice('\0lean:'.length);
    return lean[name] ?? builtin(name);
  },
});

/** Bundles `entry` of `tree` into `file`; answers the files that are inside, relative to the tree. */
export async function bundleProgram(tree: string, entry: string, file: string): Promise<readonly string[]> {
  const bundle = await rolldown({
    cwd: tree,
    input: join(tree, entry),
    platform: 'node',
    external: [...notBundled],
    logLevel: 'silent',
    plugins: [leanImports(tree)],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true, codeSplitting: false });
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
