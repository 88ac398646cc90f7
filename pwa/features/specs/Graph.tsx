/** What depends on what: a drawing, and the same as a list. */
import { createMemo, For, onMount, Show } from 'solid-js';
import { hrefTo, type Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Empty } from '../../ui/empty.tsx';
import { statusWords } from '../words.ts';
import { createResolver } from './dependencies.ts';
import {
  dependenciesOf,
  drawnMax,
  type GraphEdge,
  type GraphNode,
  layOutGraph,
  nodeHeight,
  nodeWidth,
} from './graph-layout.ts';
import { StatusRing } from './StatusRing.tsx';
import type { Spec } from './spec-groups.ts';

const margin = 20;
const titleLengthMax = 22;

interface Props {
  readonly specs: readonly Spec[];
  readonly route: Route;
}

/** Specs of one project may depend on each other; those of several are told apart by their project. */
export function Graph(props: Props) {
  const needs = createMemo(() => {
    const projects = Map.groupBy(props.specs, ({ project }) => project);
    return new Map([...projects.values()].flatMap((specs) => [...dependenciesOf(specs)]));
  });
  return (
    <Show
      when={needs().size > 0}
      fallback={<Empty title="No dependencies">Each “depends on” of a spec appears here as a line.</Empty>}
    >
      <div class="graph-parts">
        <Show
          when={needs().size <= drawnMax}
          fallback={
            <p class="soft">
              {needs().size} specs depend on each other: too many to draw. Filter them to see up to {drawnMax}.
            </p>
          }
        >
          <Drawing {...props} needs={needs()} />
        </Show>
        <List {...props} needs={needs()} />
      </div>
    </Show>
  );
}

type PartProps = Props & { readonly needs: ReadonlyMap<Spec, readonly Spec[]> };

function Drawing(props: PartProps) {
  const layout = createMemo(() => layOutGraph(props.needs));
  const isChosen = (spec: Spec) => isShown(props.route, spec);
  let box: HTMLElement | undefined;
  // The corner of a large drawing may be empty: it opens where something is.
  onMount(() => {
    const nodes = layout().nodes;
    const first = nodes.find(({ spec }) => isChosen(spec)) ?? nodes.toSorted((a, b) => a.x - b.x || a.y - b.y)[0];
    if (box && first) box.scrollTo(first.x, first.y);
  });
  return (
    <section ref={box} class="graph" aria-label="Dependency graph" tabindex="0">
      <svg width={layout().width + 2 * margin} height={layout().height + 2 * margin} aria-hidden="true">
        <g transform={`translate(${margin} ${margin})`}>
          <For each={layout().edges}>
            {(edge) => (
              <path class="edge" classList={{ near: isChosen(edge.from) || isChosen(edge.to) }} d={curveOf(edge)} />
            )}
          </For>
          <For each={layout().nodes}>
            {(node) => (
              <Node {...node} isChosen={isChosen(node.spec)} onOpen={() => navigate(routeOf(props.route, node.spec))} />
            )}
          </For>
        </g>
      </svg>
    </section>
  );
}

function Node(props: GraphNode & { readonly isChosen: boolean; readonly onOpen: () => void }) {
  const short = (text: string) => (text.length > titleLengthMax ? `${text.slice(0, titleLengthMax - 1)}…` : text);
  return (
    <g
      class={`node ${statusWords[props.spec.status].tone}`}
      classList={{ chosen: props.isChosen }}
      transform={`translate(${props.x} ${props.y})`}
      on:click={() => props.onOpen()}
    >
      <rect width={nodeWidth} height={nodeHeight} rx="9" />
      <text x="12" y="21">
        {short(props.spec.title)}
      </text>
      <text class="sub" x="12" y="39">
        {props.spec.number ?? props.spec.name} · {statusWords[props.spec.status].label}
      </text>
    </g>
  );
}

/** The same in words, also what is not drawn: references that lead nowhere. */
function List(props: PartProps) {
  const resolvers = createMemo(() => {
    const projects = Map.groupBy(props.specs, ({ project }) => project);
    return new Map([...projects].map(([project, specs]) => [project, createResolver(specs)]));
  });
  const needed = (spec: Spec) => spec.dependsOn.flatMap((text) => resolvers().get(spec.project)?.(text) ?? []);
  return (
    <ul class="graph-list" aria-label="Dependencies">
      <For each={[...props.needs.keys()].filter(({ dependsOn }) => dependsOn.length > 0)}>
        {(spec) => (
          <li>
            <StatusRing spec={spec} />
            <div>
              <a
                class="title"
                href={hrefTo(routeOf(props.route, spec))}
                aria-current={isShown(props.route, spec) ? 'true' : undefined}
              >
                <Show when={spec.number}>{(number) => <span class="graph-number">{number()}</span>}</Show> {spec.title}
              </a>
              <p class="spec-note">
                needs{' '}
                {needed(spec)
                  .map(({ text, spec: other }) =>
                    other ? (other.number ?? other.title) : `${text} (not in this project)`,
                  )
                  .join(', ')}
              </p>
            </div>
          </li>
        )}
      </For>
    </ul>
  );
}

function routeOf(route: Route, spec: Spec): Partial<Route> {
  return { machine: route.machine, project: spec.project, place: 'spec', item: spec.folder, query: route.query };
}

function isShown(route: Route, spec: Spec): boolean {
  return route.item === spec.folder && route.project === spec.project;
}

/** A line through the middles between its points, bent at each. */
function curveOf({ points }: GraphEdge): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (first === undefined || last === undefined) return '';
  const bends = rest.slice(0, -1).map(({ x, y }, at) => {
    const next = rest[at + 1] ?? last;
    return `Q ${x} ${y} ${(x + next.x) / 2} ${(y + next.y) / 2}`;
  });
  return `M ${first.x} ${first.y} ${bends.join(' ')} L ${last.x} ${last.y}`;
}
