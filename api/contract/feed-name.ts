/** Builds and parses names of feeds, for all three sides. Without schemas, because the app's first screen needs it. */

/** The organisation's feed. */
export const organisationFeed = 'o';

/** The reader's own feed. */
export const personFeed = 'p';

const ofMachine = 'm.';
const ofChannel = 'c.';

/** The feed of a machine. */
export function feedOfMachine(machine: string): string {
  return `${ofMachine}${machine}`;
}

/** The machine of a feed; undefined for any other feed. */
export function machineOfFeed(feed: string): string | undefined {
  return feed.startsWith(ofMachine) ? feed.slice(ofMachine.length) : undefined;
}

/** The channel of a record, as a feed. */
export function feedOfChannel(record: string): string {
  return `${ofChannel}${record}`;
}

/** The record of a channel; undefined for any other feed. */
export function recordOfFeed(feed: string): string | undefined {
  return feed.startsWith(ofChannel) ? feed.slice(ofChannel.length) : undefined;
}

/** The id of an event in a stream: its feed and offset. */
export function eventId(feed: string, offset: string): string {
  return `${feed}:${offset}`;
}
