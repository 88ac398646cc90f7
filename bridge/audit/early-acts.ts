/** Takes acts before the audit log is open, and enters them then: a terminal that was lost says so while it is opened. */
import type { Act } from '#contract/audit.ts';

export interface EarlyActs {
  record(act: Act): void;
  /** The log is open. */
  open(log: { record(act: Act): unknown }): void;
}

export function createEarlyActs(): EarlyActs {
  const log = Promise.withResolvers<{ record(act: Act): unknown }>();
  return { record: (act) => void log.promise.then((opened) => opened.record(act)), open: log.resolve };
}
