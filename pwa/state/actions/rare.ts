/** The screens' actions on machines, people, keys, devices, webhooks and ways to sign in: loaded with the first of them. */
import type { Api } from '../../api.ts';
import type { Person } from '../device/person.ts';
import { createMachineActions } from './machines.ts';
import { createPasskeyActions } from './passkeys.ts';
import { createAccessActions, createMemberActions } from './people.ts';
import { createPushActions } from './push.ts';
import { createSignInActions } from './sign-in.ts';

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
