/** The rev of a spec's folder, as this device knows it, which guards archiving. */
import type { Document } from '#contract/document.ts';
import { folderRevText } from '#contract/document-key.ts';
import { revOf } from '../../state/replica/checked-body.ts';

/** SHA-256 (hex) of the contract's text over a folder's documents. Needs a secure page, as https and localhost are. */
export async function folderRevOf(documents: readonly Document[]): Promise<string> {
  return await revOf(new TextEncoder().encode(folderRevText(documents)));
}
