/** Names that the bridge gives to files and folders of its own in a project. */

/** Of the temporary files that a write creates beside its target. A killed bridge may leave them. */
export const temporaryPrefix = '.sallyport-';

/** Name of the folder that keeps what was removed (`trash.ts`). */
export const trashFolder = '.sallyport-trash';
