/** What depends on what: a drawing, and the same as a list. */
import { createMemo, For, Show } from 'solid-js';
import { hrefTo, type Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Empty } from '../../ui/empty.tsx';
import { statusWords } from '../words.ts';
import { createResolver } from './dependencies.ts';
import { layOutGraph, nodeHeight, nodeWidth } from './graph-layout.ts';
import type { Spec } from './spec-groups.ts';

const margin = 20;
const titleLengthMax = 22;

export function Graph(props: { specs: readonly Spec[]; route: Route }) {
  const layout = createMemo(() => layOutGraph(props.specs));
  const resolve = createMemo(() => createResolver(props.specs));
  const routeOf = (spec: Spec): Partial<Route> => ({
    machine: props.route.machine,
    project: spec.project,
    place: 'spec',
    item: spec.folder,
    query: props.route.query,
  });
  const isChosen = (spec: Spec) => props.route.item === spec.folder;
  const short = (text: string) => (text.length > titleLengthMax ? `${text.slice(0, titleLengthMax - 1)}…` : text);
  return (
    <Show
      when={layout().nodes.length > 0}
      fallback={<Empty title="No dependencies">Each “depends on” of a spec appears here as a line.</Empty>}
    >
      <section class="graph" aria-label="Dependency graph" tabindex="0">
        <svg width={layout().width + 2 * margin} height={layout().height + 2 * margin} aria-hidden="true">
          <g transform={`translate(${margin} ${margin})`}>
            <For each={layout().edges}>
              {({ from, to }) => {
                const [x1, y1, x2, y2] = [from.x + nodeWidth, from.y + nodeHeight / 2, to.x, to.y + nodeHeight / 2];
                const path = `M ${x1} ${y1} C ${x1 + 34} ${y1}, ${x2 - 34} ${y2}, ${x2} ${y2}`;
                return <path class="edge" classList={{ near: isChosen(from.spec) || isChosen(to.spec) }} d={path} />;
              }}
            </For>
            <For each={layout().nodes}>
              {({ spec, x, y }) => (
                <g
                  class="node"
                  classList={{ chosen: isChosen(spec) }}
                  transform={`translate(${x} ${y})`}
                  on:click={() => navigate(routeOf(spec))}
                >
                  <rect width={nodeWidth} height={nodeHeight} rx="9" />
                  <text x="12" y="21">
                    {short(spec.title)}
                  </text>
                  <text class="sub" x="12" y="39">
                    {spec.number ?? spec.name} · {statusWords[spec.status].label}
                  </text>
                </g>
              )}
            </For>
          </g>
        </svg>
      </section>
      <ul class="links" aria-label="Dependencies">
        <For each={layout().nodes}>
          {({ spec }) => (
            <li>
              <a href={hrefTo(routeOf(spec))}>{spec.title}</a>
              <For each={spec.dependsOn.map(resolve())}>
                {({ text, spec: other }) => (
                  <span class="soft small"> · needs {other ? other.title : `${text} (not in this project)`}</span>
                )}
              </For>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
