/** The projects of a machine with the agents at work in them, and the ways to watch one more or one less. */
import { createEffect, createSignal, For, on, onMount, Show } from 'solid-js';
import type { ArgsOf, CommandKindName, ResultOf } from '#contract/kinds/index.ts';
import type { Machine, Project } from '#contract/machine.ts';
import { policyVerdict } from '#contract/policy-verdict.ts';
import { holds } from '#contract/scopes.ts';
import { hrefTo } from '../../route.ts';
import { useApp } from '../../state/context.ts';
import { BridgeCommand } from '../../ui/bridge-command.tsx';
import { FormSheet } from '../../ui/form-sheet.tsx';
import { Row, Rows } from '../../ui/rows.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { Answer, useAsked } from '../asked.tsx';
import { curlText } from '../curl-text.ts';
import { mayEdit, send } from '../editing.ts';
import { counted } from '../words.ts';

type Discovered = ResultOf<'project-discover'>['items'][number];
type Workspaces = NonNullable<ResultOf<'project-info'>['workspaces']>;

export function MachineProjects(props: { machine: Machine }) {
  const app = useApp();
  const [isRemoving, setRemoving] = createSignal(false);
  const knows = (kind: string) => props.machine.status === 'online' && props.machine.kinds.includes(kind);
  return (
    <section>
      <h2 class="rows-head">
        Projects <span class="mono">{props.machine.projects.length}</span>
      </h2>
      <Rows>
        <For each={props.machine.projects}>{(project) => <ProjectRow machine={props.machine} project={project} />}</For>
        <Row href={hrefTo({ machine: props.machine.id, place: 'activity' })} title="Activity" />
        <Show when={props.machine.kinds.includes('job-list')}>
          <Row href={hrefTo({ machine: props.machine.id, place: 'jobs' })} title="Clean-up jobs" />
        </Show>
      </Rows>
      <Show when={props.machine.projects.length === 0}>
        <div class="stack no-project">
          <p>No project yet. Run this on the machine:</p>
          <BridgeCommand text="projects add ~/code/my-project" />
        </div>
      </Show>
      <Show when={props.machine.projects.length > 0 && knows('project-remove') && mayEdit(app, props.machine.id)}>
        <div class="rows-foot">
          <button type="button" class="button" onClick={() => setRemoving(true)}>
            Remove a project
          </button>
        </div>
      </Show>
      <Show when={isRemoving()}>
        <Removing machine={props.machine} onClose={() => setRemoving(false)} />
      </Show>
      <Show when={knows('project-discover')}>
        <Discoverable machine={props.machine} />
      </Show>
    </section>
  );
}

function ProjectRow(props: { machine: Machine; project: Project }) {
  const app = useApp();
  const [workspaces, setWorkspaces] = createSignal<Workspaces>([]);
  onMount(async () => {
    const { machine, project } = props;
    if (machine.status !== 'online' || project.formats.every((format) => format === 'lean-spec')) return;
    // Without an answer nothing is said of agents.
    const info = await app.ask(machine.id, 'project-info', { project: project.id }).catch(() => undefined);
    setWorkspaces(info?.workspaces ?? []);
  });
  return (
    <Row
      href={hrefTo({ machine: props.machine.id, project: props.project.id, place: 'specs' })}
      title={props.project.name}
      note={[props.project.formats.join(', '), ...agentWords(workspaces())].join(' · ')}
      end={counted(props.project.documents, 'document')}
    />
  );
}

/** "2 agents at work", and where, if that is not only the project's own folder. */
function agentWords(workspaces: Workspaces): readonly string[] {
  const busy = workspaces.filter(({ agents }) => agents > 0);
  if (busy.length === 0) return [];
  const all = busy.reduce((sum, { agents }) => sum + agents, 0);
  const where = busy.map(({ name, branch }) => branch ?? name).join(', ');
  return [`${counted(all, 'agent')} at work${busy.every(({ main }) => main) ? '' : ` (${where})`}`];
}

function Removing(props: { machine: Machine; onClose: () => void }) {
  const app = useApp();
  const [chosen, setChosen] = createSignal<Project>();
  const mayRemove = ({ id }: Project) => mayEdit(app, props.machine.id, { kind: 'project-remove', project: id });
  return (
    <Show
      when={chosen()}
      fallback={
        <Sheet title="Remove a project" onClose={props.onClose}>
          <For each={props.machine.projects}>
            {(project) => (
              <Choice disabled={!mayRemove(project)} onClick={() => setChosen(project)}>
                {project.name}
              </Choice>
            )}
          </For>
        </Sheet>
      }
    >
      {(project) => (
        <FormSheet
          title={`Remove ${project().name}`}
          fields={{}}
          submit="Remove"
          busy="Removing…"
          tone="danger"
          curl={() => curlOf(props.machine, 'project-remove', { project: project().id })}
          onSubmit={async () => send(app, props.machine.id, 'project-remove', { project: project().id })}
          onClose={props.onClose}
        >
          <p>
            {props.machine.name} stops watching this project, and the relay forgets its documents. No file on the
            machine is touched.
          </p>
        </FormSheet>
      )}
    </Show>
  );
}

/** What tools have registered there. Whether it may be added, the machine's policy says. */
function Discoverable(props: { machine: Machine }) {
  const app = useApp();
  const found = useAsked(`projects to discover on ${props.machine.id}`, () =>
    app.ask(props.machine.id, 'project-discover', {}),
  );
  const known = () => props.machine.projects.map(({ id }) => id).join();
  createEffect(on(known, () => found.ask(), { defer: true }));
  const isAllowed = () =>
    policyVerdict(props.machine.policy, { kind: 'project-add', risk: 'execute' }) !== 'refuse' &&
    holds(app.state.me?.scope ?? 'read', 'execute');
  return (
    <Answer of={found} reading="Asking the machine for other projects…">
      {(answer) => (
        <Show when={answer().items.length > 0}>
          <h3 class="rows-head">Not watched</h3>
          <Rows label="Projects that are not watched">
            <For each={answer().items}>
              {(item) => <DiscoveredRow machine={props.machine} item={item} isAllowed={isAllowed()} />}
            </For>
          </Rows>
          <Show when={!isAllowed()}>
            <p class="small soft">
              To add one from here, allow <code>project-add</code> in <code>policy.json</code> on the machine.
            </p>
          </Show>
        </Show>
      )}
    </Answer>
  );
}

function DiscoveredRow(props: { machine: Machine; item: Discovered; isAllowed: boolean }) {
  const app = useApp();
  const add = () => send(app, props.machine.id, 'project-add', { key: props.item.key });
  return (
    <Row
      title={props.item.name}
      note={props.item.folder ?? props.item.formats.join(', ')}
      end={
        <Show when={props.isAllowed}>
          <button type="button" class="button" aria-label={`Add ${props.item.name}`} onClick={add}>
            Add
          </button>
        </Show>
      }
    />
  );
}

function curlOf<Kind extends CommandKindName>(machine: Machine, kind: Kind, args: ArgsOf<Kind> & object): string {
  return curlText({ origin: location.origin, machine: machine.name, kind, args: { ...args } });
}
