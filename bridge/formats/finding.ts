/** What the owner of a project should hear of it: what is not read, and why, with the next step. Each becomes a condition. */

export interface Finding {
  readonly topic: (typeof findingTopics)[number];
  readonly title: string;
  readonly hint: string;
}

/** Topics that a look says or clears. */
export const findingTopics = [
  'folder-is-a-link',
  'folder-unreadable',
  'hard-links',
  'list-refused',
  'settings-refused',
  'specs-elsewhere',
  'spec-kit',
] as const;
