/** Names of the temporary files that a write creates beside its target. A killed bridge may leave them. */

export const temporaryPrefix = '.sallyport-';
