/** Lays out the dependency graph: specs in columns, each to the right of its dependencies. */
import { Graph, layout } from '@dagrejs/dagre';
import { createResolver } from './dependencies.ts';
import type { Spec } from './spec-groups.ts';

export interface GraphNode {
  readonly spec: Spec;
  /** Px of the upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface GraphEdge {
  readonly from: Spec;
  readonly to: Spec;
  /** Where the line goes, px. */
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface GraphLayout {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly width: number;
  readonly height: number;
}

export const nodeWidth = 190;
export const nodeHeight = 52;
/** Px between two that stand one above the other. */
const gap = 16;

/** How many specs are drawn. Laying out more holds a phone up for seconds, and nobody finds their way in them. */
export const drawnMax = 250;

/** What each spec with a dependency in either direction needs. */
export function dependenciesOf(specs: readonly Spec[]): ReadonlyMap<Spec, readonly Spec[]> {
  const resolve = createResolver(specs);
  const needs = new Map(
    specs.map((spec) => [
      spec,
      [...new Set(spec.dependsOn.flatMap((text) => resolve(text).spec ?? []))].filter((other) => other !== spec),
    ]),
  );
  const linked = new Set([...needs].flatMap(([spec, others]) => (others.length > 0 ? [spec, ...others] : [])));
  return new Map([...linked].map((spec) => [spec, needs.get(spec) ?? []]));
}

/** Places the specs: those that hang together each by themselves, most first, one below the other. Circles are cut where they would close. */
export function layOutGraph(needs: ReadonlyMap<Spec, readonly Spec[]>): GraphLayout {
  const parts = partsOf(needs).map((part) => layOutPart(part, needs));
  let top = 0;
  const placed = parts.map((part) => {
    const y = top;
    top += part.height + 3 * gap;
    return moved(part, y);
  });
  return {
    nodes: placed.flatMap(({ nodes }) => nodes),
    edges: placed.flatMap(({ edges }) => edges),
    width: Math.max(0, ...parts.map(({ width }) => width)),
    height: Math.max(0, top - 3 * gap),
  };
}

/** The specs that hang together, most first. */
function partsOf(needs: ReadonlyMap<Spec, readonly Spec[]>): readonly (readonly Spec[])[] {
  const beside = new Map([...needs.keys()].map((spec) => [spec, new Set<Spec>()]));
  for (const [spec, others] of needs)
    for (const other of others) {
      beside.get(spec)?.add(other);
      beside.get(other)?.add(spec);
    }
  const left = new Set(needs.keys());
  const parts: Spec[][] = [];
  for (const first of needs.keys()) {
    if (!left.delete(first)) continue;
    const part = [first];
    // Grows while it is walked.
    for (const spec of part) for (const other of beside.get(spec) ?? []) if (left.delete(other)) part.push(other);
    parts.push(part);
  }
  return parts.sort((a, b) => b.length - a.length);
}

function layOutPart(specs: readonly Spec[], needs: ReadonlyMap<Spec, readonly Spec[]>): GraphLayout {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: gap, ranksep: 60 });
  const names = new Map(specs.map((spec, at) => [spec, String(at)]));
  for (const name of names.values()) graph.setNode(name, { width: nodeWidth, height: nodeHeight });
  for (const spec of specs)
    for (const other of needs.get(spec) ?? []) graph.setEdge(names.get(other) ?? '', names.get(spec) ?? '', {});
  layout(graph);
  const specAt = (name: string) => specs[Number(name)] as Spec;
  return {
    nodes: graph.nodes().map((name: string) => {
      const { x = 0, y = 0 } = graph.node(name);
      return { spec: specAt(name), x: x - nodeWidth / 2, y: y - nodeHeight / 2 };
    }),
    edges: graph.edges().map((edge: { readonly v: string; readonly w: string }) => ({
      from: specAt(edge.v),
      to: specAt(edge.w),
      points: graph.edge(edge).points ?? [],
    })),
    width: graph.graph().width ?? 0,
    height: graph.graph().height ?? 0,
  };
}

function moved(part: GraphLayout, down: number): GraphLayout {
  const move = <Point extends { readonly y: number }>(point: Point): Point => ({ ...point, y: point.y + down });
  return {
    ...part,
    nodes: part.nodes.map(move),
    edges: part.edges.map((edge) => ({ ...edge, points: edge.points.map(move) })),
  };
}
