/** Which machines this device keeps: it follows their feeds and stores their documents for offline reading. Pure. */
import { limits } from '#contract/limits.ts';

/** A person's visits to a machine on this device. */
export interface Visit {
  /** Ms since 1970. */
  readonly openedAt?: number;
  /** Whether the person has marked it to be kept. */
  readonly marked?: boolean;
}

/** By the machine's id. */
export type Visits = Readonly<Record<string, Visit>>;

/** Whether the organisation has so many machines that not all are kept. */
export function keepsSome(count: number): boolean {
  return count > limits.machinesKeptMax;
}

/** The kept machines of the organisation, the last opened first: all of them, or if there are too many, those that are marked or were opened recently. */
export function keptMachines(machines: Iterable<string>, visits: Visits, now: number): readonly string[] {
  const all = [...machines];
  const openedAt = (machine: string) => visits[machine]?.openedAt ?? 0;
  const isKept = (machine: string) =>
    visits[machine]?.marked === true || now - openedAt(machine) < limits.machineFollowedMs;
  const kept = keepsSome(all.length) ? all.filter(isKept) : all;
  return kept.sort((a, b) => openedAt(b) - openedAt(a));
}
