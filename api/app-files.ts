/** Serves the built app from a list that is made when the relay starts. Requests are looked up in the list and never joined to a path. Each file is read once, so that slow readers share one copy in memory. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import type { Context, Next } from './middleware/context.ts';

interface AppFile {
  /** The bytes, as they are or compressed. */
  readonly read: (encoding: Encoding | undefined) => Promise<Buffer>;
  readonly type: string;
  readonly etag: string;
  /** Compressed versions of the file, the smallest first. */
  readonly encodings: readonly Encoding[];
}

type Encoding = 'br' | 'gzip';

/** Files by URL path. */
export type AppFiles = ReadonlyMap<string, AppFile>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
};

const suffixes = { br: '.br', gzip: '.gz' } as const;

const policy =
  "default-src 'self'; frame-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; connect-src 'self'; worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** The page that draws a diagram has no origin, even if it is opened by itself: it reads nothing of the app, reaches nothing, and only the app may frame it. */
const diagramHeaders = {
  'Content-Security-Policy':
    "sandbox allow-scripts; default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; font-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'",
  'X-Frame-Options': 'SAMEORIGIN',
  // Its scripts are asked for by a page without an origin.
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Lists a folder of built files; an absent folder is an empty list. */
export async function openAppFiles(folder: string): Promise<AppFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Set(
    entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)),
  );
  const found = new Map<string, AppFile>();
  for (const file of files) {
    const type = types[extname(file)];
    if (type === undefined) continue;
    const { size, mtimeMs } = await stat(file);
    const encodings = (['br', 'gzip'] as const).filter((encoding) => files.has(file + suffixes[encoding]));
    const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"`;
    found.set(`/${relative(folder, file).split(sep).join('/')}`, { read: readOnce(file), type, etag, encodings });
  }
  const index = found.get('/index.html');
  return index === undefined ? found : found.set('/', index);
}

function readOnce(file: string): AppFile['read'] {
  const contents = new Map<string, Promise<Buffer>>();
  return (encoding) => {
    const path = encoding === undefined ? file : file + suffixes[encoding];
    const known = contents.get(path);
    if (known !== undefined) return known;
    const content = readFile(path);
    contents.set(path, content);
    content.catch(() => contents.delete(path));
    return content;
  };
}

/** Serves the app's files; everything else goes on. */
export function serveAppFiles(files: AppFiles) {
  return async (context: Context, next: Next): Promise<void> => {
    const found = context.method === 'GET' || context.method === 'HEAD' ? files.get(context.path) : undefined;
    if (found === undefined) await next();
    else await sendFile(context, found);
  };
}

/** Files with a hash in their names are cached permanently; others are revalidated each time. */
async function sendFile(context: Context, { read, type, etag, encodings }: AppFile): Promise<void> {
  const encoding = context.acceptsEncodings([...encodings, 'identity']);
  const compressed = encoding === 'br' || encoding === 'gzip' ? encoding : undefined;
  context.set({
    'Content-Security-Policy': policy,
    'Cache-Control': context.path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    ETag: etag,
    Vary: 'Accept-Encoding',
  });
  if (context.path.startsWith('/diagram/')) context.set(diagramHeaders);
  context.status = 200;
  if (context.get('If-None-Match') === etag) {
    context.status = 304;
    return;
  }
  context.body = await read(compressed);
  context.type = type;
  if (compressed !== undefined) context.set('Content-Encoding', compressed);
}
