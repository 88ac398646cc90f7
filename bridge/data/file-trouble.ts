/** What a person can do about a file of the bridge's own that is damaged, or that the system refuses. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, fileFailed } from '../files/guard.ts';
import { DamagedFile } from './private-file.ts';

const ofModes = new Set(['EACCES', 'EPERM', 'EROFS']);

/** A sentence for the error; undefined for one that has another reason. */
export function fileTrouble(error: unknown): string | undefined {
  if (error instanceof DamagedFile) return error.message;
  const { code, message } = fileFailed(error);
  if (code === 'no-space')
    return `${message} Free some space where the bridge keeps its data (\`sallyport config show\`), then start it again.`;
  const refusal = codeOf(error) ?? '';
  if (!ofModes.has(refusal) || !(error instanceof Error && 'path' in error)) return undefined;
  // What is not there was to be made.
  const path = String(error.path);
  const place = existsSync(path) ? path : dirname(path);
  if (refusal === 'EROFS') return `The file system of ${place} is read-only. Choose another data folder with --data.`;
  return `${place} cannot be written to by this user. Check who owns it, and its mode: sallyport doctor`;
}
