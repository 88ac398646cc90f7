/** The app behind the screens: ties stream, replica and wishes to one store. */
import { createStore } from 'solid-js/store';
import type { App, AppState } from './app-state.ts';

/** What the state is before anything is known. */
export function emptyState(): AppState {
  return {
    signedIn: 'unknown',
    me: undefined,
    connection: { rung: 'connecting', heardAt: undefined, since: Date.now() },
    machines: {},
    documents: {},
    commands: {},
    wishes: [],
    restored: false,
    bodiesHere: {},
    replica: 'kept',
    signInProblem: undefined,
    updateReady: false,
    installable: false,
  };
}

/** An app whose state is empty and whose actions do nothing yet. */
export function createApp(): App {
  const [state] = createStore(emptyState());
  return {
    state,
    body: async () => undefined,
    send: async () => ({ id: '', state: 'unsent' }),
    dismiss: () => {},
    cancel: async () => {},
    signIn: async () => {},
    signOut: async () => {},
    renameMachine: async () => {},
    removeMachine: async () => {},
    createMachine: async () => ({ id: '', name: '', key: '' }),
    signInLink: async () => ({ url: '', expiresAt: '' }),
    applyUpdate: () => {},
    install: async () => false,
  };
}
