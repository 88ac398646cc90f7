/** One spec: what it is, what it depends on, its documents. */
import { createSignal, For, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { SpecMeta } from '#contract/meta.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { Chip, ChipButton } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { ago, atTime } from '../../ui/time.ts';
import { DocumentBody } from '../documents/DocumentBody.tsx';
import { mayEdit } from '../editing.ts';
import { linksOf, type Reference } from '../specs/dependencies.ts';
import { useSpecs } from '../specs/machine-specs.ts';
import type { Spec as SpecOf } from '../specs/spec-groups.ts';
import { priorityWords, statusWords } from '../words.ts';
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
  return (
    <article>
      <SpecHead {...props} />
      <nav class="tabs" aria-label="Documents of the spec">
        <For each={props.spec.documents}>
          {(document) => (
            <a
              href={hrefTo({ ...props.route, query: { ...props.route.query, doc: document.path } })}
              aria-current={document.path === shown().path ? 'true' : undefined}
            >
              {document.path.slice(props.spec.folder.length + 1)}
            </a>
          )}
        </For>
      </nav>
      <div classList={{ 'main-document': shown() === props.spec.main }}>
        <DocumentBody machine={props.machine.id} document={shown()} />
      </div>
      <History spec={props.spec} />
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
          <For each={props.spec.tags}>{(tag) => <Chip>{tag}</Chip>}</For>
          <ChipButton disabled={fixed()} onClick={() => setSheet('tags')}>
            + tag
          </ChipButton>
          <ChipButton
            disabled={fixed()}
            label={`Assignee: ${props.spec.assignee ?? 'nobody'}`}
            onClick={() => setSheet('assignee')}
          >
            {props.spec.assignee ?? 'Assignee'}
          </ChipButton>
        </Show>
        <Show when={props.spec.progress}>
          {(progress) => (
            <span class="small soft">
              {progress().done} of {progress().total}
            </span>
          )}
        </Show>
      </div>
      <Show when={isLeanSpec()}>
        <Dependencies {...props} onChange={fixed() ? undefined : () => setSheet('dependencies')} />
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

function Dependencies(props: SpecPageProps & { onChange: (() => void) | undefined }) {
  const links = () => linksOf(props.spec, props.specs);
  const hrefOf = (spec: SpecOf) => hrefTo({ ...props.route, item: spec.folder, query: {} });
  const lead = (reference: Reference) => (
    <Show
      when={reference.spec}
      fallback={
        <span class="chip dangling" title="No such spec in this project">
          {reference.text}
        </span>
      }
    >
      {(spec) => (
        <a class="chip" href={hrefOf(spec())} title={spec().title}>
          {spec().number ?? spec().name}
        </a>
      )}
    </Show>
  );
  const several = (specs: readonly SpecOf[]) => <For each={specs}>{(spec) => lead({ text: spec.name, spec })}</For>;
  return (
    <div class="dependencies">
      <Show when={links().dependsOn.length > 0}>
        Depends on <For each={links().dependsOn}>{lead}</For>
      </Show>
      <Show when={links().enables.length > 0}>enables {several(links().enables)}</Show>
      <Show when={links().parent}>{(parent) => <>part of {lead(parent())}</>}</Show>
      <Show when={links().children.length > 0}>holds {several(links().children)}</Show>
      <ChipButton disabled={props.onChange === undefined} onClick={() => props.onChange?.()}>
        + link
      </ChipButton>
    </div>
  );
}

function History(props: { spec: SpecOf }) {
  const transitions = () => {
    const { transitions: all } = props.spec.main.meta as Partial<SpecMeta>;
    return Array.isArray(all) ? all.filter((item) => typeof item?.at === 'string') : [];
  };
  return (
    <Show when={transitions().length > 0}>
      <h2 class="small soft" style={{ 'margin-top': '28px' }}>
        History
      </h2>
      <dl class="facts" style={{ 'margin-top': '8px' }}>
        <For each={[...transitions()].reverse()}>
          {({ status, at }) => (
            <>
              <dt>{atTime(at)}</dt>
              <dd>
                {Object.hasOwn(statusWords, status) ? statusWords[status as keyof typeof statusWords].label : status}
              </dd>
            </>
          )}
        </For>
      </dl>
    </Show>
  );
}
