/** Every screen of the app by the fragment that leads to it, with `makeScreensProject` on the machine. */

import { makeReviewed, reviewedPath } from './approvals.ts';
import { makeSmallProject } from './projects.ts';

/** The small project with what the screens show beside it: an approval whose text has changed since it was approved last. */
export async function makeScreensProject(root: string): Promise<string> {
  await makeReviewed(await makeSmallProject(root));
  return root;
}

/** The fragment, and what is there once the screen is drawn. */
export type Screen = readonly [fragment: string, drawn: string];

/** The screens of a machine and its project by their names. */
export function screensOf(machine: string, project: string): Record<string, Screen> {
  const at = `#/m/${machine}`;
  const spec = (folder: string) => `${at}/p/${project}/spec/${encodeURIComponent(folder)}`;
  return {
    list: [`${at}/specs?view=list`, '.card'],
    board: [`${at}/specs?view=board`, '.board .card'],
    graph: [`${at}/specs?view=graph`, '.graph'],
    spec: [spec('specs/001-first-light'), '.markdown .tick'],
    tasks: [
      `${spec('.spec-workflow/specs/checkout')}?doc=${encodeURIComponent('.spec-workflow/specs/checkout/tasks.md')}`,
      '.markdown .tick',
    ],
    progress: [`${at}/p/${project}/project`, '.chart canvas'],
    logs: [`${at}/p/${project}/logs`, '.empty, .log'],
    steering: [`${at}/p/${project}/steering`, '.markdown p'],
    'steering that is missing': [
      `${at}/p/${project}/steering/${encodeURIComponent('.spec-workflow/steering/tech.md')}`,
      '.empty',
    ],
    documents: [`${at}/documents`, '.row-title'],
    document: [
      `${at}/p/${project}/document/${encodeURIComponent('.spec-workflow/steering/product.md')}`,
      '.markdown p',
    ],
    editor: [
      `${at}/p/${project}/document/${encodeURIComponent('.spec-workflow/steering/product.md')}?edit=1`,
      'textarea',
    ],
    approval: [`${at}/p/${project}/approval/${encodeURIComponent(reviewedPath)}`, '.diff-line'],
    'approval beside the inbox': [`${at}/p/${project}/review/${encodeURIComponent(reviewedPath)}`, '.diff-line'],
    'approval’s text': [
      `${at}/p/${project}/approval/${encodeURIComponent(reviewedPath)}?tab=document`,
      '.review-document p',
    ],
    'approval’s history': [
      `${at}/p/${project}/approval/${encodeURIComponent(reviewedPath)}?tab=history`,
      '.review-history',
    ],
    sessions: ['#/sessions', '.empty'],
    machines: ['#/machines', '.rows'],
    machine: [`${at}/machine`, '.rows'],
    jobs: [`${at}/jobs`, '.empty'],
    pair: ['#/pair', '.field'],
    you: ['#/you', '.rows'],
    notifications: ['#/notifications', 'main h1'],
    profile: ['#/profile', '.command-line, .said + .button'],
    keys: ['#/keys', '.rows'],
    'sign-ins': ['#/sign-ins', '.rows'],
    members: ['#/members', '.rows'],
    usage: ['#/usage', '.rows'],
    audit: ['#/audit', '.audit li'],
    install: ['#/install', 'ol'],
    settings: ['#/settings', '.command-line'],
    inbox: [`${at}/inbox`, 'h1'],
    activity: [`${at}/activity`, 'h1'],
  };
}
