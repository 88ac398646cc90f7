/** Names of this release and its protocol. Every JSON body of the api carries `p`, so that a captive portal's page is never taken for an answer. */

/** The protocol's name and major version: the value of `p` in every JSON body of the api. */
export const PROTOCOL = 'sallyport/2';

/** The tag of the first edition, 0.1, the only one that its bridges accept. */
export const FIRST_PROTOCOL = 'sallyport/1';

/** This release (semver). A test in `test/repo` compares it with package.json. */
export const VERSION = '0.2.0';

/** The oldest bridge that this relay talks to; an older one gets 426 `bridge-outdated`. */
export const MIN_BRIDGE = '0.2.0';

/** The oldest app that this relay talks to; an older one reloads itself. */
export const MIN_APP = '0.2.0';
