/** The files of approvals, which lie the same in each format's folder: `approvals/<category>/<id>.json` and the snapshots beside them. */
import type { Classified, Described } from './format.ts';
import { describeApproval, describeSnapshots } from './spec-workflow-records.ts';

/** What a file below a format's folder is; `parts` of its path begin with `approvals`. */
export function classifyApproval(parts: readonly string[]): Classified {
  const [, category = ''] = parts;
  const place = category === 'steering' ? {} : { spec: category };
  if (parts[2] === '.snapshots') return { kind: 'snapshots', ...place };
  return parts.length === 3 && parts[2]?.endsWith('.json')
    ? { kind: 'approval', ...place }
    : { kind: 'file', ...place };
}

/** Describes an approval or a snapshot by its name and text. */
export function describeApprovalFile(
  kind: 'approval' | 'snapshots',
  name: string,
  text: string,
): Pick<Described, 'title' | 'meta' | 'notice'> {
  return kind === 'approval' ? describeApproval(name, text) : describeSnapshots(name, text);
}
