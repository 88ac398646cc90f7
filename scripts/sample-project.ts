/** The small project that the first minute shows where nobody has one yet: a few specs in LeanSpec and one in spec-workflow, written once and then the person's own. */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

interface SampleSpec {
  readonly folder: string;
  readonly status: string;
  readonly priority: string;
  readonly tags: readonly string[];
  readonly dependsOn?: string;
  readonly title: string;
  readonly body: string;
}

const specs: readonly SampleSpec[] = [
  {
    folder: '001-look-around',
    status: 'in-progress',
    priority: 'high',
    tags: ['welcome'],
    title: 'Look around',
    body: 'This spec is a file on your machine. Change it in an editor and watch this page.\n\n## Plan\n\n- [x] Start Sallyport\n- [ ] Open the sign-in link\n- [ ] Tick this box here and look at the file\n- [ ] Set the status above to Complete\n',
  },
  {
    folder: '002-bring-your-own-project',
    status: 'planned',
    priority: 'medium',
    tags: ['welcome'],
    dependsOn: '001-look-around',
    title: 'Bring your own project',
    body: 'Stop Sallyport with Ctrl-C and start it with the folder of a project:\n\n    npm start -- ~/code/my-project\n\n## Plan\n\n- [ ] Find a folder with `specs/`, `.spec-workflow/` or `.spec-context/`\n- [ ] Start Sallyport with it\n',
  },
  {
    folder: '003-reach-it-from-the-phone',
    status: 'planned',
    priority: 'low',
    tags: ['phone'],
    dependsOn: '002-bring-your-own-project',
    title: 'Reach it from the phone',
    body: 'A phone wants HTTPS: put a reverse proxy or a tunnel in front and say its address.\n\n## Plan\n\n- [ ] Start with `--public-url https://…`\n- [ ] Scan the code\n',
  },
];

const tasks = `# Tasks

- [x] 1. Choose a greeting
  - File: greeting.txt
  - Purpose: know what to say
  - _Requirements: 1.1_
- [-] 2. Say it to everybody who arrives
  - _Leverage: greeting.txt_
  - _Requirements: 1.1, 1.2_
- [ ] 3. Say it in their language
  - _Requirements: 1.2_
`;

const requirements = `# Requirements Document

## Introduction

A visitor should feel welcome.

## Requirements

### Requirement 1

**User Story:** As a visitor, I want to be greeted, so that I know I am in the right place.

#### Acceptance Criteria

1. WHEN a visitor arrives THEN the gate SHALL greet them
2. WHEN the visitor's language is known THEN the gate SHALL use it
`;

/** The folder of the sample project below `dataFolder`; makes it unless it is there. */
export async function openSampleProject(dataFolder: string, today: Date): Promise<string> {
  const root = join(dataFolder, 'sample');
  if (existsSync(root)) return root;
  const created = today.toISOString().slice(0, 10);
  for (const spec of specs) await write(root, `specs/${spec.folder}/README.md`, specText(spec, created));
  await write(root, '.lean-spec/config.json', `${JSON.stringify({ specsDir: 'specs' }, null, 2)}\n`);
  await write(root, '.spec-workflow/specs/a-warm-welcome/requirements.md', requirements);
  await write(root, '.spec-workflow/specs/a-warm-welcome/tasks.md', tasks);
  await write(root, '.spec-workflow/steering/product.md', '# Product\n\nA gate that people like to walk through.\n');
  return root;
}

function specText({ status, priority, tags, dependsOn, title, body }: SampleSpec, created: string): string {
  const head = [
    `status: ${status}`,
    `created: '${created}'`,
    `priority: ${priority}`,
    'tags:',
    ...tags.map((tag) => `- ${tag}`),
  ];
  if (dependsOn !== undefined) head.push('depends_on:', `- ${dependsOn}`);
  return `---\n${head.join('\n')}\n---\n\n# ${title}\n\n${body}`;
}

async function write(root: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}
