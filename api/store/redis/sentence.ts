/** Why a Redis cannot be used, in a sentence or two for the operator, and what to do. */
import { ErrorReply } from 'redis';

/** By how a refusal begins. All of them may be over later, without the relay's doing. */
const sentences: readonly (readonly [begins: RegExp, says: string])[] = [
  [/^OOM\b/, 'Redis is full. Give it more memory (maxmemory).'],
  [/^READONLY\b/, 'This Redis is a replica, which cannot be written to. Name its master, or its sentinels.'],
  [/^MASTERDOWN\b/, 'This Redis is a replica that has lost its master. Name the master, or its sentinels.'],
  [/^MISCONF\b/, 'Redis cannot save to its disk, and takes no writes until it can. Look at that disk.'],
  [
    /^(?:NOPERM\b|ERR The user executing the script)/,
    'The user of this Redis may not do what the relay needs. Give it all commands and keys of the relay.',
  ],
  [/^(?:NOAUTH|WRONGPASS)\b/, 'Redis wants another user or password. Set them in SALLYPORT_STORE.'],
  [/^LOADING\b/, 'Redis still reads its data.'],
  [/^(?:CLUSTERDOWN|TRYAGAIN|NOREPLICAS|BUSY)\b/, 'Redis takes no commands now.'],
  [
    /^WRONGTYPE\b/,
    "A key of the relay in Redis is another program's. Choose another ?prefix=, or remove that key and restore a backup.",
  ],
];

/** The sentence for what a Redis has answered, with its own words; undefined for what is a defect of the relay. */
export function refusalOf(cause: unknown): string | undefined {
  if (!(cause instanceof ErrorReply)) return undefined;
  const [, says] = sentences.find(([begins]) => begins.test(cause.message)) ?? [];
  return says && `${says} It says: ${cause.message.replace(/ script: \w+, on @user_script.*/, '')}`;
}
