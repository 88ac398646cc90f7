/** Names of the files that a write makes beside its target for a moment. A bridge that was killed may leave them. */

export const temporaryPrefix = '.sallyport-';
