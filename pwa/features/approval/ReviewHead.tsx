/** The head of a review, its tabs, and the facts of what is decided on. */
import { Show } from 'solid-js';
import { approvalId } from '#contract/approvals/find.ts';
import type { Document } from '#contract/document.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { Head } from '../../shell/Head.tsx';
import { dots, truthOf } from '../../shell/machine-status.ts';
import { useApp } from '../../state/context.ts';
import { Chip } from '../../ui/chip.tsx';
import { atTime } from '../../ui/time.ts';
import { visible } from '../documents/Changes.tsx';

const statusWords = {
  pending: { label: 'Awaiting you', tone: 'progress' },
  approved: { label: 'Approved', tone: 'complete' },
  rejected: { label: 'Rejected', tone: 'danger' },
  'needs-revision': { label: 'Needs revision', tone: 'progress' },
} as const;

export const tabs = ['changes', 'document', 'history'] as const;
export type Tab = (typeof tabs)[number];

type Whole = ResultOf<'approval-get'> | undefined;

export function ReviewHead(props: { machine: Machine; document: Document; whole: Whole; status: string }) {
  const app = useApp();
  const project = () => props.machine.projects.find(({ id }) => id === props.document.project)?.name ?? '';
  const file = () => props.whole?.file.path ?? String(props.document.meta.file ?? '');
  const word = () =>
    Object.hasOwn(statusWords, props.status)
      ? statusWords[props.status as keyof typeof statusWords]
      : { label: props.status, tone: 'plain' as const };
  const reason = () => {
    const { reason: said } = props.whole?.metadata ?? {};
    return typeof said === 'string' && said !== '' ? said : undefined;
  };
  const facts = () =>
    [
      file().split('/').at(-1),
      props.document.spec,
      props.whole?.createdAt === undefined ? undefined : `asked ${atTime(props.whole.createdAt)}`,
    ].filter(Boolean);
  return (
    <header class="review-head">
      <Head
        title={props.document.title ?? approvalId(props.document.path)}
        crumb={
          <>
            <span class={dots[truthOf(app.state, props.machine)]} /> {props.machine.name} · {project()}
          </>
        }
        line={facts().join(' · ')}
      >
        <Chip tone={word().tone}>{word().label}</Chip>
      </Head>
      <Show when={reason()}>
        {(words) => (
          <div class="review-said">
            <p class="small soft">What the agent says about it</p>
            <p>{visible(words())}</p>
          </div>
        )}
      </Show>
      <Show when={props.whole?.response}>
        {(response) => (
          <div class="review-said">
            <p class="small soft">
              Answered{props.whole?.respondedAt === undefined ? '' : ` ${atTime(props.whole.respondedAt)}`}
            </p>
            <p>{visible(response())}</p>
          </div>
        )}
      </Show>
    </header>
  );
}

export function Tabs(props: { route: Route; tab: Tab; diff: ResultOf<'approval-diff'> | undefined; comments: number }) {
  const href = (tab: Tab) => hrefTo({ ...props.route, query: { ...props.route.query, tab } });
  const current = (tab: Tab) => (props.tab === tab ? 'true' : undefined);
  return (
    <>
      <a href={href('changes')} aria-current={current('changes')}>
        <Show when={(props.diff?.from ?? 0) > 0} fallback="Changes">
          Since version {props.diff?.from}
        </Show>{' '}
        <Show when={props.diff}>
          {(diff) => (
            <span class="mono small">
              <span class="plus">+{diff().additions}</span> <span class="minus">−{diff().deletions}</span>
            </span>
          )}
        </Show>
      </a>
      <a href={href('document')} aria-current={current('document')}>
        Document
      </a>
      <a href={href('history')} aria-current={current('history')}>
        History <span class="mono small">{props.comments || ''}</span>
      </a>
    </>
  );
}

export function Facts(props: {
  document: Document;
  whole: Whole;
  rev: string | undefined;
  checkout: string | undefined;
  isPending: boolean;
}) {
  return (
    <section class="review-facts">
      <h2>{props.isPending ? 'What you decide on' : 'What was decided on'}</h2>
      <dl class="facts">
        <dt>File</dt>
        <dd class="mono">{props.whole?.file.path ?? ''}</dd>
        <Show when={props.checkout}>
          {(checkout) => (
            <>
              <dt>Checkout</dt>
              <dd class="mono">{visible(checkout())}</dd>
            </>
          )}
        </Show>
        <dt>Rev</dt>
        <dd class="mono">{props.rev?.slice(0, 12) ?? 'no text to see'}</dd>
        <dt>Written to</dt>
        <dd class="mono">{props.document.path}</dd>
      </dl>
    </section>
  );
}
