/** What a service keeps of a person beside the core: read for the export of their account, and removed with it. */
import type { PersonCaller } from './identity/caller.ts';

export interface KeptOfPerson {
  /** Each with what it is. */
  read(caller: PersonCaller): Promise<readonly ({ readonly is: string } & object)[]>;
  remove(caller: PersonCaller): Promise<void>;
}
