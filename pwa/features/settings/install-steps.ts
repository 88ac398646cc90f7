/** How the app is installed where the browser does not offer it by itself. */

export interface InstallSteps {
  readonly where: string;
  readonly steps: readonly string[];
}

const all = {
  ios: {
    where: 'iPhone and iPad',
    steps: ['Open this page in Safari.', 'Tap Share.', 'Tap “Add to Home Screen”, then “Add”.'],
  },
  android: {
    where: 'Android',
    steps: [
      'Open this page in Chrome, Edge or Firefox.',
      'Open the menu ⋮.',
      'Tap “Install app” or “Add to Home screen”.',
    ],
  },
  mac: {
    where: 'Safari on a Mac',
    steps: ['Open the menu File.', 'Choose “Add to Dock…”, then “Add”.'],
  },
  desktop: {
    where: 'Chrome and Edge on a computer',
    steps: ['Open this page.', 'Click the install icon at the end of the address bar, then “Install”.'],
  },
} as const satisfies Record<string, InstallSteps>;

/** The steps of all systems, those of this browser (by its User-Agent) first. A touch screen tells an iPad, which says that it is a Mac. */
export function installSteps(agent: string, hasTouch: boolean): readonly InstallSteps[] {
  const here = systemOf(agent, hasTouch);
  return [all[here], ...Object.entries(all).flatMap(([name, steps]) => (name === here ? [] : [steps]))];
}

function systemOf(agent: string, hasTouch: boolean): keyof typeof all {
  if (/iPhone|iPad/.test(agent) || (agent.includes('Mac OS') && hasTouch)) return 'ios';
  if (agent.includes('Android')) return 'android';
  return agent.includes('Mac OS') && !/Chrome|Firefox/.test(agent) ? 'mac' : 'desktop';
}
