/** The review of one approval: what has changed since the last approved text, all of it, what was said before, and the decision at the thumb. */
import { createMemo, createResource, createSignal, Match, onCleanup, Show, Switch } from 'solid-js';
import { approvalId } from '#contract/approvals/find.ts';
import type { Document } from '#contract/document.ts';
import type { ResultOf } from '#contract/kinds/index.ts';
import type { Machine } from '#contract/machine.ts';
import { hrefTo, type Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import { useApp } from '../../state/context.ts';
import { draftKey } from '../../state/drafts.ts';
import { documentsOf, machineRecords } from '../../state/sorts.ts';
import { Chip } from '../../ui/chip.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { atTime } from '../../ui/time.ts';
import { visible } from '../documents/Changes.tsx';
import { approvalName } from './approval-name.ts';
import { ChangesTab } from './ChangesTab.tsx';
import { CommentSheet, Comments } from './Comments.tsx';
import { DecideBar } from './DecideBar.tsx';
import { DocumentTab } from './DocumentTab.tsx';
import { decisionSentence, decisionsOn } from './decisions.ts';
import { HistoryTab } from './HistoryTab.tsx';
import { commentId, moveReview, parseReview, type Quote, type Review } from './review.ts';
import { listenToReviewKeys } from './review-keys.ts';
import './approval.css';

interface ScreenProps {
  readonly machine: Machine;
  readonly route: Route;
}

export function Screen(props: ScreenProps) {
  const app = useApp();
  const record = () => recordNamed(app.state, props);
  const document = createMemo(() => {
    const { project = props.route.project, meta } = record() ?? {};
    const item = meta?.path ?? props.route.item;
    return Object.values(documentsOf(app.state, props.machine.id)).find(
      (each) =>
        each.kind === 'approval' && each.project === project && (each.path === item || approvalId(each.path) === item),
    );
  });
  // The agent may remove it while it is read: what is on the screen keeps it until the screen has gone.
  const kept = createMemo<Document | undefined>((before) => document() ?? before);
  return (
    <Show when={document() !== undefined} fallback={<Gone {...props} />}>
      <Show when={kept()?.path} keyed>
        {(_path) => <Page machine={props.machine} document={kept() as Document} route={props.route} />}
      </Show>
    </Show>
  );
}

/** The record of a decision that the address names: by its id, or by its approval. */
function recordNamed(state: ReturnType<typeof useApp>['state'], { machine, route }: ScreenProps) {
  return machineRecords(state, machine.id, 'decision').find(
    ({ id, project, meta }) =>
      id === route.item || (project === route.project && (meta.path === route.item || meta.approval === route.item)),
  );
}

/** An agent removes the approval once it has read the decision. */
function Gone(props: ScreenProps) {
  const app = useApp();
  const decided = () => recordNamed(app.state, props);
  const isRead = () => app.state.read[`m.${props.machine.id}`] === true;
  return (
    <Show when={isRead()} fallback={<Skeleton text={`Reading ${props.machine.name}…`} />}>
      <Head title="Approval" />
      <Empty title="This approval is no longer there">
        <Show when={decided()} fallback="The agent has withdrawn it, or has read the decision and removed it.">
          {(decision) => `${decision().title}: ${decisionSentence(decision())}.`}
        </Show>
      </Empty>
    </Show>
  );
}

const statusWords = {
  pending: { label: 'Awaiting you', tone: 'progress' },
  approved: { label: 'Approved', tone: 'complete' },
  rejected: { label: 'Rejected', tone: 'danger' },
  'needs-revision': { label: 'Needs revision', tone: 'progress' },
} as const;

const tabs = ['changes', 'document', 'history'] as const;
type Tab = (typeof tabs)[number];

function Page(props: { machine: Machine; document: Document; route: Route }) {
  const app = useApp();
  const named = () => ({ project: props.document.project, approval: approvalName(props.document) });
  const source = () => ({
    rev: props.document.rev,
    file: fileRevOf(app.state, props.machine.id, props.document),
    ...named(),
  });
  const [read] = createResource(source, async ({ project, approval }) => {
    const ask = <Result,>(answer: Promise<Result>) => answer.then((value) => value ?? undefined).catch(() => undefined);
    const args = { project, approval };
    const [whole, content, diff, snapshots] = await Promise.all([
      ask(app.answer(props.machine.id, 'approval-get', args)),
      ask(app.answer(props.machine.id, 'approval-content', args)),
      ask(app.answer(props.machine.id, 'approval-diff', args)),
      ask(app.answer(props.machine.id, 'approval-snapshots', args)),
    ]);
    return { whole, content, diff, snapshots };
  });
  const whole = () => read.latest?.whole;
  const content = () => read.latest?.content;
  const key = () => draftKey(props.machine.id, props.document);
  const review = createMemo((): Review => {
    const { rev = 'absent', content: text = '' } = content() ?? {};
    return moveReview(parseReview(app.state.drafts[key()]?.text, rev), rev, text);
  });
  const keep = (next: Partial<Review>) => {
    const all = { ...review(), ...next };
    if (all.words === '' && all.comments.length === 0) return app.dropDraft(key());
    const { machine, document } = props;
    void app.keepDraft({
      machine: machine.id,
      document,
      base: '',
      text: JSON.stringify(all),
      changedAt: Date.now(),
      wish: undefined,
    });
  };
  const [seen, setSeen] = createSignal({ seen: 0, all: 0 });
  onCleanup(listenToReviewKeys());
  const [quoting, setQuoting] = createSignal<Quote | 'all'>();
  const status = () => whole()?.status ?? String(props.document.meta.status ?? 'unknown');
  const isPending = () => status() === 'pending';
  const changes = () => {
    const { from = 0, additions = 0, deletions = 0 } = read.latest?.diff ?? {};
    return from > 0 && additions + deletions > 0;
  };
  const tab = (): Tab => {
    const wanted = tabs.find((each) => each === props.route.query.tab);
    return wanted ?? (changes() ? 'changes' : 'document');
  };
  return (
    <article class="review">
      <div class="review-main">
        <ReviewHead machine={props.machine} document={props.document} whole={whole()} status={status()} />
        <Show when={content()?.changedSinceRequest}>
          <p class="strip" role="status">
            The text has changed since it was asked about. You decide on what it says now.
          </p>
        </Show>
        <nav class="tabs" aria-label="Parts of the review">
          <Tabs route={props.route} tab={tab()} diff={read.latest?.diff} comments={whole()?.comments.length ?? 0} />
        </nav>
        <Show when={read.latest} fallback={<Skeleton text="Reading the text…" />}>
          <Switch>
            <Match when={tab() === 'changes'}>
              <ChangesTab
                diff={read.latest?.diff}
                text={content()?.content}
                comments={whole()?.comments ?? []}
                own={review().comments}
                onQuote={isPending() ? setQuoting : undefined}
                onSeen={(count, all) => setSeen({ seen: count, all })}
              />
            </Match>
            <Match when={tab() === 'document'}>
              <DocumentTab
                machine={props.machine.id}
                project={props.document.project}
                content={content()}
                why={whole()?.file.why}
                onQuote={isPending() ? setQuoting : undefined}
              />
            </Match>
            <Match when={tab() === 'history'}>
              <HistoryTab
                snapshots={read.latest?.snapshots}
                whole={whole()}
                decisions={decisionsOn(app.state, props.machine.id, {
                  project: props.document.project,
                  file: whole()?.file.path,
                })}
              />
            </Match>
          </Switch>
        </Show>
      </div>
      <aside class="review-side">
        <Comments
          text={content()?.content ?? ''}
          comments={whole()?.comments ?? []}
          own={review().comments}
          onRemove={(id) => keep({ comments: review().comments.filter((comment) => comment.id !== id) })}
          onAdd={isPending() ? () => setQuoting('all') : undefined}
        />
        <Facts document={props.document} whole={whole()} rev={content()?.rev} />
        <DecideBar
          machine={props.machine}
          document={props.document}
          status={status()}
          fileRev={read.latest === undefined ? undefined : (content()?.rev ?? 'absent')}
          review={review()}
          seen={seen()}
          draft={app.state.drafts[key()]}
          onWords={(words) => keep({ words })}
          onDecided={() => goOn(props, app.state)}
        />
      </aside>
      <Show when={quoting()}>
        {(quote) => (
          <CommentSheet
            quote={quote() === 'all' ? undefined : (quote() as Quote)}
            onClose={() => setQuoting(undefined)}
            onSave={(comment) => {
              const now = Date.now();
              const place = quote();
              const own = { id: commentId(now), comment, at: new Date(now).toISOString() };
              keep({ comments: [...review().comments, place === 'all' ? own : { ...own, quote: place }] });
              setQuoting(undefined);
            }}
          />
        )}
      </Show>
    </article>
  );
}

/** The rev of the reviewed file, so that the screen reads it anew when it changes. */
function fileRevOf(state: ReturnType<typeof useApp>['state'], machine: string, { project, meta }: Document): string {
  const file = Object.values(documentsOf(state, machine)).find(
    (document) => document.project === project && document.path === meta.file,
  );
  return `${file?.rev ?? ''} ${file?.body ?? ''}`;
}

/** After a decision: the approval that has waited longest, on any machine, else the Inbox. */
function goOn(props: { machine: Machine; document: Document }, state: ReturnType<typeof useApp>['state']): void {
  const waiting = Object.values(documentsOf(state, props.machine.id))
    .filter(({ kind, meta }) => kind === 'approval' && meta.status === 'pending')
    .filter(({ path, project }) => path !== props.document.path || project !== props.document.project)
    .sort((a, b) => (String(a.meta.created_at) < String(b.meta.created_at) ? -1 : 1));
  const [next] = waiting;
  if (next === undefined) navigate({ place: 'inbox' }, { replace: true });
  else
    navigate(
      { machine: props.machine.id, project: next.project, place: 'approval', item: next.path },
      { replace: true },
    );
}

type Whole = ResultOf<'approval-get'> | undefined;

function ReviewHead(props: { machine: Machine; document: Document; whole: Whole; status: string }) {
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
        crumb={`${props.machine.name} · ${project()}`}
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

function Tabs(props: { route: Route; tab: Tab; diff: ResultOf<'approval-diff'> | undefined; comments: number }) {
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

function Facts(props: { document: Document; whole: Whole; rev: string | undefined }) {
  return (
    <section class="review-facts">
      <h2>What you decide on</h2>
      <dl class="facts">
        <dt>File</dt>
        <dd class="mono">{props.whole?.file.path ?? ''}</dd>
        <dt>Rev</dt>
        <dd class="mono">{props.rev?.slice(0, 12) ?? 'no text to see'}</dd>
        <dt>Written to</dt>
        <dd class="mono">{props.document.path}</dd>
      </dl>
    </section>
  );
}
