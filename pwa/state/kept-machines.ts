/** Which machines this device keeps: whose documents and commands it follows and holds for reading without a network. Pure. */
import { limits } from '#contract/limits.ts';

/** What is known of a person's visits to a machine on this device. */
export interface Visit {
  /** Ms since 1970. */
  readonly openedAt?: number;
  /** The person wants it kept, opened or not. */
  readonly marked?: boolean;
}

/** By the machine's id. */
export type Visits = Readonly<Record<string, Visit>>;

/** Whether the organisation has so many machines that not all are kept. */
export function keepsSome(count: number): boolean {
  return count > limits.machinesKeptMax;
}

/** Of the organisation's machines those that are kept, the last opened first: all, or where there are too many those that are marked or were opened lately. */
export function keptMachines(machines: Iterable<string>, visits: Visits, now: number): readonly string[] {
  const all = [...machines];
  const openedAt = (machine: string) => visits[machine]?.openedAt ?? 0;
  const isKept = (machine: string) =>
    visits[machine]?.marked === true || now - openedAt(machine) < limits.machineFollowedMs;
  const kept = keepsSome(all.length) ? all.filter(isKept) : all;
  return kept.sort((a, b) => openedAt(b) - openedAt(a));
}
