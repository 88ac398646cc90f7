/** The screens' actions on machines, people, keys, devices, webhooks and ways to sign in: loaded with the first of them. */
import type { Api } from '../api.ts';
import { createMachineActions } from './actions-machines.ts';
import { createPasskeyActions } from './actions-passkeys.ts';
import { createAccessActions, createMemberActions } from './actions-people.ts';
import { createPushActions } from './actions-push.ts';
import { createSignInActions } from './actions-sign-in.ts';
import type { Person } from './person.ts';

/** Builds the actions. All of them are calls. */
export function createRareActions(api: Api, person: Person) {
  return {
    ...createMachineActions(api),
    ...createSignInActions(api, person),
    ...createPasskeyActions(api),
    ...createPushActions(api),
    ...createMemberActions(api),
    ...createAccessActions(api),
  };
}

export type RareActions = ReturnType<typeof createRareActions>;
