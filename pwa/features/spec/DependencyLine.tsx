/** What a spec waits for and belongs to, in one line; a sheet has the titles. */
import { createMemo, createSignal, For, type JSX, Show } from 'solid-js';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { goTo } from '../../router.ts';
import { Icon } from '../../ui/icon.tsx';
import { Choice, Sheet } from '../../ui/sheet.tsx';
import { linksOf, type Reference } from '../specs/dependencies.ts';
import { StatusRing } from '../specs/StatusRing.tsx';
import type { Spec } from '../specs/spec-groups.ts';

/** How much fits in a line of a phone. */
const partsMax = 3;

interface Props {
  readonly machine: Machine;
  readonly route: Route;
  readonly spec: Spec;
  /** All of the project. */
  readonly specs: readonly Spec[];
  /** Absent where the links cannot be changed now. */
  readonly onChange: (() => void) | undefined;
}

export function DependencyLine(props: Props) {
  const [open, setOpen] = createSignal(false);
  const links = createMemo(() => linksOf(props.spec, props.specs));
  const waits = () => links().dependsOn.filter(({ spec }) => spec?.status !== 'complete').length;
  const parts = (): JSX.Element[] => {
    const { dependsOn, parent, children, enables } = links();
    return [
      ...(dependsOn.length === 0
        ? []
        : [
            <>
              Waits for <b>{waits()}</b> of {dependsOn.length}
            </>,
          ]),
      ...(parent === undefined ? [] : [<>part of {parent.spec?.number ?? parent.text}</>]),
      ...(children.length === 0 ? [] : [<>{children.length} below</>]),
      ...(enables.length === 0 ? [] : [<>{enables.length} wait for it</>]),
    ].slice(0, partsMax);
  };
  return (
    <>
      <button type="button" class="dependency-line" aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Icon name="links" />
        <span>
          <For each={parts()} fallback="No links to other specs">
            {(part, at) => (
              <>
                {at() > 0 ? ' · ' : ''}
                {part}
              </>
            )}
          </For>
        </span>
        <Icon name="forward" />
      </button>
      <Show when={open()}>
        <Sheet title="Links to other specs" onClose={() => setOpen(false)}>
          <Group title="Depends on" of={links().dependsOn} {...props} onClose={() => setOpen(false)} />
          <Group
            title="Part of"
            of={links().parent === undefined ? [] : [links().parent as Reference]}
            {...props}
            onClose={() => setOpen(false)}
          />
          <Group title="Below it" of={links().children.map(asReference)} {...props} onClose={() => setOpen(false)} />
          <Group
            title="Waiting for it"
            of={links().enables.map(asReference)}
            {...props}
            onClose={() => setOpen(false)}
          />
          <Show when={props.onChange}>
            {(change) => (
              <p class="rows-foot">
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    setOpen(false);
                    change()();
                  }}
                >
                  Change the links
                </button>
              </p>
            )}
          </Show>
        </Sheet>
      </Show>
    </>
  );
}

function asReference(spec: Spec): Reference {
  return { text: spec.name, spec };
}

function Group(props: { title: string; of: readonly Reference[]; route: Route; onClose: () => void }) {
  const go = (spec: Spec) => {
    props.onClose();
    goTo(hrefTo({ ...props.route, item: spec.folder, query: {} }));
  };
  return (
    <Show when={props.of.length > 0}>
      <h3 class="sheet-part">{props.title}</h3>
      <For each={props.of}>
        {(reference) => (
          <Show
            when={reference.spec}
            fallback={<p class="dependency-gone">{reference.text}: there is no such spec in this project</p>}
          >
            {(spec) => (
              <Choice onClick={() => go(spec())}>
                <StatusRing spec={spec()} />
                <span class="mono soft">{spec().number}</span>
                <span>{spec().title}</span>
              </Choice>
            )}
          </Show>
        )}
      </For>
    </Show>
  );
}
