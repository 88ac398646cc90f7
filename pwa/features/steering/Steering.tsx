/** The steering documents of a project in tabs, each to read and to write; one that is missing is offered to be written. From the replica, so without a network too. */
import { createMemo, For, Show } from 'solid-js';
import type { Machine, Project } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { isMachineRead } from '../../state/facts/reading.ts';
import { documentsOf } from '../../state/facts/sorts.ts';
import { Empty } from '../../ui/empty.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { ApprovedLine } from '../approval/ApprovedLine.tsx';
import { DocumentBody } from '../documents/DocumentBody.tsx';
import { isAbsent } from '../documents/new-text.ts';
import { createTextEditing, EditButton, TextOrEditor } from '../documents/text-editing.tsx';
import { formatWords } from '../specs/new-spec.ts';
import { formatAt, type SteeringTab, steeringFormatsOf, steeringTabs } from './steering-tabs.ts';
import './steering.css';

interface SteeringProps {
  readonly machine: Machine;
  readonly route: Route;
}

export function Steering(props: SteeringProps) {
  const { state } = useApp();
  const able = () => props.machine.projects.filter((project) => steeringFormatsOf(project).length > 0);
  const shown = createMemo(() => {
    const { project } = props.route;
    return (
      able().find(({ id }) => id === project) ?? (project === undefined && able().length === 1 ? able()[0] : undefined)
    );
  });
  return (
    <Show
      when={isMachineRead(state, props.machine.id)}
      fallback={
        <>
          <Head title="Steering" crumb={props.machine.name} />
          <Skeleton text="Reading the documents…" />
        </>
      }
    >
      <Show when={shown()} fallback={<NoProject {...props} projects={able()} />}>
        {(project) => <OfProject {...props} project={project()} />}
      </Show>
    </Show>
  );
}

/** No project is chosen, or this one has no steering documents. */
function NoProject(props: SteeringProps & { projects: readonly Project[] }) {
  const name = () => props.machine.projects.find(({ id }) => id === props.route.project)?.name;
  return (
    <>
      <Head title="Steering" crumb={name() ?? props.machine.name} />
      <Show when={name() === undefined && props.projects.length > 0} fallback={<NoFormat />}>
        <Rows label="Projects with steering documents">
          <For each={props.projects}>
            {({ id, name: title }) => (
              <Row href={hrefTo({ machine: props.machine.id, project: id, place: 'steering' })} title={title} />
            )}
          </For>
        </Rows>
      </Show>
    </>
  );
}

function NoFormat() {
  return (
    <Empty title="No steering documents here">
      Projects of spec-workflow and spec-context have them: texts that agents read before they write anything.
    </Empty>
  );
}

function OfProject(props: SteeringProps & { project: Project }) {
  const { state } = useApp();
  const formats = () => steeringFormatsOf(props.project);
  const format = () => formatAt(formats(), props.route.item);
  const tabs = createMemo(() => {
    const named = format();
    const all = Object.values(documentsOf(state, props.machine.id));
    return named === undefined ? [] : steeringTabs(props.project.id, named, all);
  });
  const shown = () => tabs().find(({ document }) => document.path === props.route.item) ?? tabs()[0];
  const href = (item: string) =>
    hrefTo({ machine: props.machine.id, project: props.project.id, place: 'steering', item });
  return (
    <article>
      <Head title="Steering" crumb={props.project.name} />
      <Show when={formats().length > 1}>
        <nav class="tabs" aria-label="Formats">
          <For each={formats()}>
            {(each) => (
              <a href={href(`.${each}/steering`)} aria-current={each === format() ? 'true' : undefined}>
                {formatWords[each]}
              </a>
            )}
          </For>
        </nav>
      </Show>
      <nav class="tabs" aria-label="Steering documents">
        <For each={tabs()}>
          {({ name, document }) => (
            <a href={href(document.path)} aria-current={document.path === shown()?.document.path ? 'true' : undefined}>
              {name}
              <Show when={isAbsent(document)}>
                <span class="steering-missing"> missing</span>
              </Show>
            </a>
          )}
        </For>
      </nav>
      {/* Nothing of an editor goes over to the next document. */}
      <Show when={shown()?.document.path} keyed>
        {(_path) => <OneText machine={props.machine} route={props.route} tab={shown() as SteeringTab} />}
      </Show>
    </article>
  );
}

function OneText(props: SteeringProps & { tab: SteeringTab }) {
  const editing = createTextEditing({
    get machine() {
      return props.machine;
    },
    get document() {
      return props.tab.document;
    },
    get isAsked() {
      return props.route.query.edit === '1';
    },
  });
  return (
    <TextOrEditor of={editing}>
      <Show
        when={!isAbsent(props.tab.document)}
        fallback={
          <Show when={editing.draft() === undefined}>
            <Empty title={`There is no ${props.tab.name}.md yet`}>{props.tab.about}</Empty>
            <p class="steering-begin">
              <EditButton of={editing} primary>
                Write it
              </EditButton>
            </p>
          </Show>
        }
      >
        <div class="steering-line">
          <span class="mono small soft">{props.tab.document.path}</span>
          <EditButton of={editing}>Edit</EditButton>
        </div>
        <ApprovedLine machine={props.machine.id} document={props.tab.document} />
        <DocumentBody machine={props.machine.id} document={props.tab.document} find={props.route.query.find} />
      </Show>
    </TextOrEditor>
  );
}
