/** What else can be done with a spec: put it away, edit a document, take the command line along. */
import { createResource, createSignal, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { useApp } from '../../state/context.ts';
import { CommandLine } from '../../ui/copy.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { curlText } from '../curl-text.ts';
import { mayEdit, send } from '../editing.ts';
import { type Spec, specArgOf } from '../specs/spec-groups.ts';
import { folderRevOf } from './folder-rev.ts';

interface SpecActionsProps {
  readonly machine: Machine;
  readonly spec: Spec;
  readonly route: Route;
}

export function SpecActions(props: SpecActionsProps) {
  const [open, setOpen] = createSignal(false);
  return (
    <span class="spread">
      <button type="button" class="button plain icon" aria-label="More" onClick={() => setOpen(true)}>
        <Icon name="more" />
      </button>
      <Show when={open()}>
        <Actions {...props} onClose={() => setOpen(false)} />
      </Show>
    </span>
  );
}

function Actions(props: SpecActionsProps & { onClose: () => void }) {
  const app = useApp();
  const archived = () => props.spec.status === 'archived';
  const kind = () => (archived() ? 'spec-unarchive' : 'spec-archive');
  const args = () => ({ project: props.spec.project, spec: specArgOf(props.spec.main) });
  const [folderRev] = createResource(() => props.spec.documents, folderRevOf);
  const archive = () => {
    const ifRev = folderRev();
    if (ifRev === undefined) return;
    send(app, props.machine.id, kind(), args(), { ifRev });
    props.onClose();
  };
  const edit = () => {
    const document = props.spec.documents.find(({ path }) => path === props.route.query.doc) ?? props.spec.main;
    props.onClose();
    navigate({
      machine: props.machine.id,
      project: props.spec.project,
      place: 'document',
      item: document.path,
      query: { edit: '1' },
    });
  };
  const curl = () => {
    const { main } = props.spec;
    const example =
      main.kind === 'spec'
        ? { kind: 'spec-metadata-update', args: { ...args(), status: props.spec.status }, ifRev: main.rev }
        : { kind: kind(), args: args(), ifRev: folderRev() ?? '' };
    return curlText({ origin: location.origin, machine: props.machine.name, ...example });
  };
  return (
    <Sheet title={props.spec.title} onClose={props.onClose}>
      <Choice disabled={!mayEdit(app, props.machine.id) || folderRev() === undefined} onClick={archive}>
        <Icon name="archive" /> {archived() ? 'Unarchive' : 'Archive'}
      </Choice>
      <Choice disabled={!mayEdit(app, props.machine.id)} onClick={edit}>
        <Icon name="files" /> Edit the text
      </Choice>
      <p class="sheet-note">The same with curl, with a key of yours in $SALLYPORT_KEY:</p>
      <CommandLine text={curl()} />
    </Sheet>
  );
}
