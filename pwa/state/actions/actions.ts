/** The screens' actions: implements `App` of `app-state.ts` with the parts. */
import type { ArgsOf, QueryKindName, ResultOf } from '#contract/kinds/index.ts';
import { Interruption } from '../../api.ts';
import type { App, BodyText } from '../app-state.ts';
import { loadChannels } from '../channels/load-channels.ts';
import type { Installing } from '../device/installing.ts';
import type { Person } from '../device/person.ts';
import type { Parts } from '../parts.ts';
import { holdAlone } from '../stream/tabs.ts';
import { plain, sendWish } from '../wishes/send-wish.ts';
import { hasEnded } from '../wishes/wish.ts';
import type { RareActions } from './rare.ts';

/** The app as the screens see it. */
export function createActions(parts: Parts, person: Person, installing: () => Installing | undefined): App {
  return withRare(createOwnActions(parts, person, installing), async () => {
    const { createRareActions } = await import('./rare.ts');
    return createRareActions(parts.api, person);
  });
}

type OwnActions = Omit<App, keyof RareActions>;

/** What is not among the own actions is loaded when it is called. */
function withRare(own: OwnActions, load: () => Promise<RareActions>): App {
  const rare =
    (name: PropertyKey) =>
    async (...args: unknown[]) =>
      await Reflect.get(await load(), name)(...args);
  return new Proxy(own, { get: (known, name) => Reflect.get(known, name) ?? rare(name) }) as App;
}

function createOwnActions(parts: Parts, person: Person, installing: () => Installing | undefined): OwnActions {
  const { api, state, wishes } = parts;
  return {
    state,
    signIn: person.signIn,
    answerSignIn: person.answer,
    signOut: person.signOut,
    deleteAccount: person.deleteAccount,
    openMachine(machine) {
      parts.visits.opened(machine);
      parts.heard.watch(machine);
    },
    keepMachine: (machine, kept) => parts.visits.mark(machine, kept),
    body: (machine, rev) => bodyOrNothing(parts, machine, rev),
    async answer(machine, kind, args) {
      // Loaded with the first document that is opened: the first screen shows none.
      const { answerHere } = await import('../copy.ts');
      return await answerHere({ facts: parts.ledger.facts, bodies: parts.bodies }, machine, kind, args);
    },
    async ask<Kind extends QueryKindName>(machine: string, kind: Kind, args: ArgsOf<Kind>) {
      // The answer is the kind's result, which the api does not check.
      return (await api.call('queryAsk', { parameters: { machine }, body: { kind, args } })).result as ResultOf<Kind>;
    },
    send: (machine, kind, args, options) => sendWish(parts, machine, kind, args, options),
    command: (machine, id) => api.call('command', { parameters: { machine, id } }),
    keepRecord: (record) => parts.records.put(plain(record)),
    async texts() {
      const { textsIn } = await import('../replica/kept-texts.ts');
      return textsIn(() => parts.replica);
    },
    channels: () => loadChannels(parts),
    dropRecord: (id) => parts.records.remove(id),
    async saveView({ title, isShared, meta }) {
      const owner = isShared ? 'organisation' : 'person';
      await api.call('recordCreate', { body: { kind: 'view', state: 'saved', title, owner, meta: plain(meta) } });
    },
    async removeView(id) {
      await api.call('recordRemove', { parameters: { record: id } });
    },
    keepDraft: (draft) => parts.drafts.put(plain(draft)),
    dropDraft: (key) => parts.drafts.remove(key),
    editAlone: holdAlone,
    dismiss(id) {
      const wish = wishes.get(id);
      if (wish !== undefined && hasEnded(wish)) void wishes.remove(id);
    },
    cancel: (id) => parts.sending.cancel(id),
    applyUpdate: () => installing()?.applyUpdate(),
    install: async () => (await installing()?.install()) ?? false,
  };
}

async function bodyOrNothing({ bodies }: Parts, machine: string, rev: string): Promise<BodyText | undefined> {
  try {
    return await bodies.text(machine, rev);
  } catch (error) {
    if (error instanceof Interruption) return undefined;
    throw error;
  }
}
