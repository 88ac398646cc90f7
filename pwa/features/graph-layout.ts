/** The dependency graph as a drawing: specs in columns, each to the right of what it depends on. */
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

/** Lays out the specs that have a dependency either way; cycles are cut where they would close. */
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
    height: Math.max(1, ...rows) * (nodeHeight + gapY) - gapY,
  };
}

/** The longest way from a spec without needs to each. */
function columnsOf(specs: readonly Spec[], needs: ReadonlyMap<Spec, readonly Spec[]>): Map<Spec, number> {
  const columns = new Map<Spec, number>();
  const onTheWay = new Set<Spec>();
  const columnOf = (spec: Spec): number => {
    const known = columns.get(spec);
    if (known !== undefined) return known;
    if (onTheWay.has(spec)) return -1;
    onTheWay.add(spec);
    const column = Math.max(-1, ...(needs.get(spec) ?? []).map(columnOf)) + 1;
    onTheWay.delete(spec);
    columns.set(spec, column);
    return column;
  };
  for (const spec of specs) columnOf(spec);
  return columns;
}
