/** Names of headers of our own, in lower case. */

/** Over plain http: the half of a session that its page keeps and sends beside the cookie. In an answer it gives a new one, or (empty) takes it away. */
export const sessionHeader = 'sallyport-session';
