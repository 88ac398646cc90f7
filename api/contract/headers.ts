/** Names of our own headers, in lower case. */

/** Over plain HTTP: the half of a session that the page keeps and sends beside the cookie. In an answer it sets a new half, or removes it if empty. */
export const sessionHeader = 'sallyport-session';
