/** One spec: what it is, what it depends on, its documents. */
import { createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { ChipButton } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ago } from '../../ui/time.ts';
import { ApprovedLine } from '../approval/ApprovedLine.tsx';
import { DocumentBody } from '../documents/DocumentBody.tsx';
import { mayEdit } from '../editing.ts';
import { useSpecs } from '../specs/machine-specs.ts';
import type { Spec as SpecOf } from '../specs/spec-groups.ts';
import { phaseWords, priorityWords, statusWords } from '../words.ts';
import { DependencyLine } from './DependencyLine.tsx';
import { History } from './History.tsx';
import { SpecActions } from './SpecActions.tsx';
import { SpecSheet, type SpecSheetName } from './SpecSheet.tsx';

export function Spec(props: { machine: Machine; route: Route }) {
  const specs = useSpecs();
  const inProject = () => specs().filter(({ project }) => project === props.route.project);
  const spec = () => inProject().find(({ folder }) => folder === props.route.item);
  return (
    <Show
      when={spec()}
      fallback={<Empty title="This spec no longer exists">It was moved or deleted on the machine.</Empty>}
    >
      {(found) => <SpecPage machine={props.machine} route={props.route} spec={found()} specs={inProject()} />}
    </Show>
  );
}

interface SpecPageProps {
  readonly machine: Machine;
  readonly route: Route;
  readonly spec: SpecOf;
  /** All of the project. */
  readonly specs: readonly SpecOf[];
}

function SpecPage(props: SpecPageProps) {
  const shown = () => props.spec.documents.find(({ path }) => path === props.route.query.doc) ?? props.spec.main;
  const isHistory = () => props.route.query.doc === 'history';
  const hasLogs = () => props.spec.documents.some(({ kind }) => kind === 'implementation-log');
  const logsHref = () =>
    hrefTo({
      machine: props.machine.id,
      project: props.spec.project,
      place: 'logs',
      query: { spec: props.spec.folder },
    });
  const tabHref = (doc: string) => hrefTo({ ...props.route, query: { ...props.route.query, doc } });
  return (
    <article>
      <SpecHead {...props} />
      <nav class="tabs" aria-label="Documents of the spec">
        <For each={props.spec.documents}>
          {(document) => (
            <a
              href={tabHref(document.path)}
              aria-current={!isHistory() && document.path === shown().path ? 'true' : undefined}
            >
              {document.path.slice(props.spec.folder.length + 1)}
            </a>
          )}
        </For>
        <a href={tabHref('history')} aria-current={isHistory() ? 'true' : undefined}>
          History
        </a>
        <Show when={hasLogs()}>
          <a href={logsHref()}>Logs</a>
        </Show>
      </nav>
      <Show when={!isHistory()} fallback={<History machine={props.machine.id} spec={props.spec} />}>
        <ApprovedLine machine={props.machine.id} document={shown()} />
        <div classList={{ 'main-document': shown() === props.spec.main }}>
          <DocumentBody machine={props.machine.id} document={shown()} find={props.route.query.find} />
        </div>
      </Show>
    </article>
  );
}

function SpecHead(props: SpecPageProps) {
  const app = useApp();
  const [sheet, setSheet] = createSignal<SpecSheetName>();
  const isLeanSpec = () => props.spec.main.kind === 'spec';
  // What is withheld takes no edit either: its undo would carry the text.
  const fixed = () => !isLeanSpec() || props.spec.withheld !== undefined || !mayEdit(app, props.machine.id);
  const project = () => props.machine.projects.find(({ id }) => id === props.spec.project)?.name ?? '';
  const status = () => statusWords[props.spec.status];
  return (
    <header class="spec-head">
      <Head
        title={props.spec.title}
        crumb={`${project()} / ${props.spec.number ?? props.spec.name} · changed ${ago(props.spec.changedAt)}`}
      >
        <SpecActions machine={props.machine} spec={props.spec} route={props.route} />
      </Head>
      <div class="words">
        <ChipButton
          tone={status().tone}
          disabled={fixed()}
          label={`Status: ${status().label}`}
          onClick={() => setSheet('status')}
        >
          {status().label}
          <Show when={isLeanSpec()}> ▾</Show>
        </ChipButton>
        <Show when={isLeanSpec()}>
          <ChipButton
            tone={props.spec.priority ? priorityWords[props.spec.priority].tone : 'plain'}
            disabled={fixed()}
            label={`Priority: ${props.spec.priority ?? 'none'}`}
            onClick={() => setSheet('priority')}
          >
            {props.spec.priority ? priorityWords[props.spec.priority].label : 'Priority'} ▾
          </ChipButton>
          <ChipButton
            disabled={fixed()}
            label={`Tags: ${props.spec.tags.join(', ') || 'none'}`}
            onClick={() => setSheet('tags')}
          >
            {tagWords(props.spec.tags)}
          </ChipButton>
          <ChipButton
            disabled={fixed()}
            label={`Assignee: ${props.spec.assignee ?? 'nobody'}`}
            onClick={() => setSheet('assignee')}
          >
            {props.spec.assignee ?? '+ assignee'}
          </ChipButton>
        </Show>
        <Show when={props.spec.progress}>
          {(progress) => (
            <span class="small soft">
              {progress().done} of {progress().total}
            </span>
          )}
        </Show>
        <Show when={workWords(props.spec)}>{(words) => <span class="small soft">{words()}</span>}</Show>
      </div>
      <Show when={isLeanSpec()}>
        <DependencyLine {...props} onChange={fixed() ? undefined : () => setSheet('dependencies')} />
      </Show>
      <Show when={sheet()}>
        {(name) => (
          <SpecSheet
            name={name()}
            machine={props.machine}
            spec={props.spec}
            specs={props.specs}
            onClose={() => setSheet(undefined)}
          />
        )}
      </Show>
    </header>
  );
}

/** "architecture, sync +3". */
function tagWords(tags: readonly string[]): string {
  if (tags.length === 0) return '+ tag';
  return `${tags.slice(0, 2).join(', ')}${tags.length > 2 ? ` +${tags.length - 2}` : ''}`;
}

/** "Implementing · in progress: 1.1 · next: 2". */
function workWords({ phase, current, next }: SpecOf): string {
  return [
    phase === undefined ? '' : phaseWords[phase],
    current === undefined ? '' : `in progress: ${current}`,
    next === undefined ? '' : `next: ${next}`,
  ]
    .filter(Boolean)
    .join(' · ');
}
