/** What a service keeps of a person beside the core: read for the export of their account, and removed with it or when they are no member any more. */
import type { PersonCaller } from './identity/caller.ts';

export type WhoseKept = Pick<PersonCaller, 'organisation' | 'person'>;

export interface KeptOfPerson {
  /** Each with what it is. */
  read(whose: WhoseKept): Promise<readonly ({ readonly is: string } & object)[]>;
  remove(whose: WhoseKept): Promise<void>;
}
