/** The review of one approval: what has changed since the text that was decided on last, all of it, what was said before, and the decision at the thumb. */
import { createMemo, createResource, createSignal, Match, Show, Switch } from 'solid-js';
import { approvalId } from '#contract/approvals/find.ts';
import type { Document } from '#contract/document.ts';
import type { Machine } from '#contract/machine.ts';
import type { RecordItem } from '#contract/record.ts';
import type { Route } from '../../route.ts';
import { navigate } from '../../router.ts';
import { Head } from '../../shell/Head.tsx';
import type { AppState } from '../../state/app-state.ts';
import { useApp } from '../../state/context.ts';
import { documentsOf, machineRecords, machinesOf } from '../../state/facts/sorts.ts';
import { draftKey } from '../../state/wishes/drafts.ts';
import { Empty } from '../../ui/empty.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { approvalName } from './approval-name.ts';
import { ChangesTab } from './ChangesTab.tsx';
import { Checkouts } from './Checkouts.tsx';
import { CommentSheet, Comments } from './Comments.tsx';
import { DecideBar } from './DecideBar.tsx';
import { DocumentTab } from './DocumentTab.tsx';
import { decisionSentence, decisionsOn } from './decisions.ts';
import { HistoryTab } from './HistoryTab.tsx';
import { OtherRequests } from './OtherRequests.tsx';
import { pendingOf } from './pending.ts';
import { DecisionReceipts } from './Receipts.tsx';
import { Facts, ReviewHead, type Tab, Tabs, tabs } from './ReviewHead.tsx';
import { readReview } from './read-review.ts';
import { commentId, moveReview, parseReview, type Quote, type Review } from './review.ts';
import { commentHere, goToChange, hearKeys } from './review-keys.ts';
import { createSeenText, TextChanged } from './TextChanged.tsx';
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
function recordNamed(state: AppState, { machine, route }: ScreenProps) {
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
          {(decision) => (
            <>
              {decision().title}: {decisionSentence(decision())}.
            </>
          )}
        </Show>
      </Empty>
      <Show when={decided()}>{(decision) => <DecisionReceipts decision={decision()} />}</Show>
    </Show>
  );
}

function Page(props: { machine: Machine; document: Document; route: Route }) {
  const app = useApp();
  const named = () => ({ project: props.document.project, approval: approvalName(props.document) });
  const wanted = () => ({
    rev: props.document.rev,
    file: fileRevOf(app.state, props.machine.id, props.document),
    from: props.route.query.from,
    checkout: props.route.query.checkout || undefined,
    differs: differing(app.state, props.machine.id, props.document) !== undefined,
    /** Another one when a text in another checkout changes. */
    elsewhere: differing(app.state, props.machine.id, props.document)?.rev,
    // Read anew when the machine is back.
    online: differing(app.state, props.machine.id, props.document) && props.machine.status,
    // And when the relay is: it may have a text that this device has not.
    isAlone: app.state.connection.rung === 'offline',
    ...named(),
  });
  // What else the machine tells meanwhile is no reason to read.
  const source = createMemo(wanted, undefined, { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) });
  const [read, { refetch }] = createResource(source, (wanted) => readReview(app, props.machine.id, wanted));
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
  const text = createSeenText(() => `${key()}\n${read.latest?.chosen ?? ''}`, content);
  const [seen, setSeen] = createSignal({ seen: 0, all: 0 });
  const [quoting, setQuoting] = createSignal<Quote | 'all'>();
  const status = () => whole()?.status ?? String(props.document.meta.status ?? 'unknown');
  const isPending = () => status() === 'pending';
  const changes = () => {
    const { from = 0, additions = 0, deletions = 0 } = read.latest?.diff ?? {};
    return from > 0 && additions + deletions > 0;
  };
  const decision = () =>
    decisionsOn(app.state, props.machine.id, { project: props.document.project, path: props.document.path })[0];
  const tab = (): Tab => {
    const wanted = tabs.find((each) => each === props.route.query.tab);
    return wanted ?? (changes() ? 'changes' : 'document');
  };
  hearKeys({
    j: () => goToChange(1),
    k: () => goToChange(-1),
    c: () => {
      if (isPending() && !commentHere()) setQuoting('all');
    },
  });
  return (
    <article class="review">
      <div class="review-main">
        <ReviewHead machine={props.machine} document={props.document} whole={whole()} status={status()} />
        <Checkouts
          content={content()}
          unshown={read.latest?.unshown}
          chosen={read.latest?.chosen}
          machine={props.machine.name}
          onChoose={(checkout) =>
            navigate({ ...props.route, query: { ...props.route.query, checkout: checkout ?? '' } }, { replace: true })
          }
          onAgain={() => void refetch()}
        />
        <Show when={content()?.changedSinceRequest}>
          <p class="strip" role="status">
            The text has changed since it was asked about. You decide on what it says now.
          </p>
        </Show>
        <Show when={isPending() && text.changed()}>
          {(from) => <TextChanged from={from()} to={content()?.content ?? ''} onSeen={text.see} />}
        </Show>
        <Show when={isPending()}>
          <OtherRequests machine={props.machine} document={props.document} />
        </Show>
        <nav class="tabs" aria-label="Parts of the review">
          <Tabs route={props.route} tab={tab()} diff={read.latest?.diff} comments={whole()?.comments.length ?? 0} />
        </nav>
        <Show when={read.latest} fallback={<Skeleton text="Reading the text…" />}>
          <Switch>
            <Match when={tab() === 'changes'}>
              <ChangesTab
                diff={read.latest?.diff}
                versions={(read.latest?.snapshots?.items ?? []).toReversed()}
                onFrom={(from) =>
                  navigate({ ...props.route, query: { ...props.route.query, tab: 'changes', from } }, { replace: true })
                }
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
                why={read.latest?.unshown ?? whole()?.file.why}
                comments={whole()?.comments ?? []}
                own={review().comments}
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
          words={review().words}
          onWords={(words) => keep({ words })}
        />
        <Show when={isPending() ? undefined : decision()}>{(known) => <DecisionReceipts decision={known()} />}</Show>
        <Facts
          document={props.document}
          whole={whole()}
          rev={content()?.rev}
          checkout={content()?.checkout}
          isPending={isPending()}
        />
        <DecideBar
          machine={props.machine}
          document={props.document}
          status={status()}
          isOurs={decision()?.meta.rev === props.document.rev && decision()?.meta.how === 'here'}
          fileRev={
            read.latest === undefined || read.latest.unshown || text.changed()
              ? undefined
              : (content()?.rev ?? 'absent')
          }
          checkout={content()?.checkout}
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

/** The machine's word that other checkouts have another text of the file. */
function differing(state: AppState, machine: string, { project, path }: Document): RecordItem | undefined {
  return machineRecords(state, machine, 'checkouts').find(
    (record) => record.state === 'differ' && record.project === project && record.meta.path === path,
  );
}

/** The revs of the reviewed file and of the texts that were kept of it, so that the screen reads them anew when one comes or changes. */
function fileRevOf(state: AppState, machine: string, { project, path, meta }: Document): string {
  const kept = `${path.slice(0, path.lastIndexOf('/'))}/.snapshots/`;
  return Object.values(documentsOf(state, machine))
    .filter((document) => document.project === project)
    .filter((document) => document.path === meta.file || document.path.startsWith(kept))
    .map(({ rev, body }) => `${rev} ${body}`)
    .join('\n');
}

/** After a decision: the approval that has waited longest, here and then on another machine, else the Inbox. */
function goOn(props: { machine: Machine; document: Document; route: Route }, state: AppState): void {
  const here = props.machine.id;
  const waiting = [here, ...Object.keys(machinesOf(state)).filter((id) => id !== here)].flatMap((machine) =>
    pendingOf(state, machine)
      .filter(
        ({ path, project }) => machine !== here || path !== props.document.path || project !== props.document.project,
      )
      .map(({ project, path }) => ({ machine, project, path })),
  );
  const [next] = waiting;
  const { machine = '', project = '', path = '' } = next ?? {};
  navigate(next === undefined ? { place: 'inbox' } : { machine, project, place: props.route.place, item: path }, {
    replace: true,
  });
}
