/** Why a terminal or run ended without an exit code, as words for people. */

export const endReasons = {
  'machine-restarted': 'the machine was restarted',
  'keeper-lost': 'the process that held it was lost',
  'may-run': 'the process that held it was lost, and it may still run',
} as const;

export type EndReason = keyof typeof endReasons;

/** "the machine was restarted"; a reason of a later release as it is. */
export function sayEndReason(reason: string): string {
  return Object.entries(endReasons).find(([name]) => name === reason)?.[1] ?? reason;
}
