/** Lays out the dependency graph: specs in columns, each to the right of its dependencies. */
import { createResolver } from './dependencies.ts';
import type { Spec } from './spec-groups.ts';

export interface GraphNode {
  readonly spec: Spec;
  /** Px of the upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly { readonly from: GraphNode; readonly to: GraphNode }[];
  readonly width: number;
  readonly height: number;
}

export const nodeWidth = 190;
export const nodeHeight = 52;
const gapX = 60;
const gapY = 16;

/** Lays out the specs with a dependency in either direction. Cycles are cut where they would close. */
export function layOutGraph(specs: readonly Spec[]): GraphLayout {
  const resolve = createResolver(specs);
  const needs = new Map(
    specs.map((spec) => [
      spec,
      spec.dependsOn.flatMap((text) => resolve(text).spec ?? []).filter((other) => other !== spec),
    ]),
  );
  const linked = new Set([...needs].flatMap(([spec, others]) => (others.length > 0 ? [spec, ...others] : [])));
  const columns = columnsOf([...linked], needs);
  const rows: number[] = [];
  const nodes = new Map<Spec, GraphNode>();
  for (const spec of linked) {
    const column = columns.get(spec) ?? 0;
    const row = rows[column] ?? 0;
    rows[column] = row + 1;
    nodes.set(spec, { spec, x: column * (nodeWidth + gapX), y: row * (nodeHeight + gapY) });
  }
  const edges = [...nodes.values()].flatMap((to) =>
    (needs.get(to.spec) ?? []).flatMap((other) => nodes.get(other) ?? []).map((from) => ({ from, to })),
  );
  return {
    nodes: [...nodes.values()],
    edges,
    width: Math.max(1, rows.length) * (nodeWidth + gapX) - gapX,
    height: rows.reduce((most, row) => Math.max(most, row), 1) * (nodeHeight + gapY) - gapY,
  };
}

/** The length of the longest path from a spec without dependencies to each spec. Not recursive, because a chain may exceed the stack. */
function columnsOf(specs: readonly Spec[], needs: ReadonlyMap<Spec, readonly Spec[]>): Map<Spec, number> {
  const columns = new Map<Spec, number>();
  // The path to the current spec, with the dependencies of each step that are still to be visited.
  const way = new Map<Spec, Iterator<Spec>>();
  const settle = (spec: Spec) => {
    way.delete(spec);
    // A dependency without a column is on the path itself, so the cycle is cut here.
    columns.set(
      spec,
      (needs.get(spec) ?? []).reduce((most, need) => Math.max(most, (columns.get(need) ?? -1) + 1), 0),
    );
  };
  for (const first of specs) {
    const stack = columns.has(first) ? [] : [first];
    for (let spec = stack.at(-1); spec !== undefined; spec = stack.at(-1)) {
      const left = way.get(spec) ?? (needs.get(spec) ?? []).values();
      way.set(spec, left);
      const next = left.next();
      if (next.done) settle(stack.pop() ?? spec);
      else if (!columns.has(next.value) && !way.has(next.value)) stack.push(next.value);
    }
  }
  return columns;
}
