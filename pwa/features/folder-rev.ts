/** The rev of a spec's folder as this device knows it: what guards archiving. */
import type { Document } from '#contract/document.ts';
import { folderRevText } from '#contract/document.ts';

/** SHA-256 (hex) of the contract's text over a folder's documents. Needs a secure page, as https and localhost are. */
export async function folderRevOf(documents: readonly Document[]): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(folderRevText(documents)));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
