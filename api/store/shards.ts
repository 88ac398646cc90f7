/** The names of shards. They are made and read here and nowhere else. */

/** The shard of what belongs to no organisation: keys, sessions, and everything that is found by a secret. */
export const globalShard = 'global';

const ofOrganisation = 'o:';
const ofMachine = 'm:';
const ofPerson = 'p:';
const ofChannel = 'c:';

/** The shard of an organisation. */
export function organisationShard(organisation: string): string {
  return `${ofOrganisation}${organisation}`;
}

/** The shard of a machine. */
export function machineShard(machine: string): string {
  return `${ofMachine}${machine}`;
}

/** The shard of a person's own things in an organisation. */
export function personShard(organisation: string, person: string): string {
  return `${ofPerson}${organisation}.${person}`;
}

/** The shard of a record's channel. */
export function channelShard(record: string): string {
  return `${ofChannel}${record}`;
}

/** The record of a channel's shard; undefined for any other shard. */
export function recordOfShard(shard: string): string | undefined {
  return shard.startsWith(ofChannel) ? shard.slice(ofChannel.length) : undefined;
}

/** The organisation of a shard; undefined for any other shard. */
export function organisationOfShard(shard: string): string | undefined {
  return shard.startsWith(ofOrganisation) ? shard.slice(ofOrganisation.length) : undefined;
}

/** The machine of a shard; undefined for any other shard. */
export function machineOfShard(shard: string): string | undefined {
  return shard.startsWith(ofMachine) ? shard.slice(ofMachine.length) : undefined;
}

/** Organisation and person of a shard of a person's own things; undefined for any other shard. */
export function personOfShard(shard: string): string | undefined {
  return shard.startsWith(ofPerson) ? shard.slice(ofPerson.length) : undefined;
}
