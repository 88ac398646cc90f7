/** Icons, all from lucide: only those that are used are bundled. */
import activity from 'lucide-static/icons/activity.svg?raw';
import archive from 'lucide-static/icons/archive.svg?raw';
import progress from 'lucide-static/icons/chart-line.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import down from 'lucide-static/icons/chevron-down.svg?raw';
import back from 'lucide-static/icons/chevron-left.svg?raw';
import forward from 'lucide-static/icons/chevron-right.svg?raw';
import you from 'lucide-static/icons/circle-user-round.svg?raw';
import steering from 'lucide-static/icons/compass.svg?raw';
import copy from 'lucide-static/icons/copy.svg?raw';
import install from 'lucide-static/icons/download.svg?raw';
import more from 'lucide-static/icons/ellipsis.svg?raw';
import decide from 'lucide-static/icons/file-question-mark.svg?raw';
import files from 'lucide-static/icons/files.svg?raw';
import usage from 'lucide-static/icons/gauge.svg?raw';
import links from 'lucide-static/icons/git-fork.svg?raw';
import inbox from 'lucide-static/icons/inbox.svg?raw';
import key from 'lucide-static/icons/key-round.svg?raw';
import machines from 'lucide-static/icons/laptop.svg?raw';
import specs from 'lucide-static/icons/list-todo.svg?raw';
import add from 'lucide-static/icons/plus.svg?raw';
import audit from 'lucide-static/icons/scroll-text.svg?raw';
import search from 'lucide-static/icons/search.svg?raw';
import settings from 'lucide-static/icons/settings.svg?raw';
import options from 'lucide-static/icons/sliders-horizontal.svg?raw';
import device from 'lucide-static/icons/smartphone.svg?raw';
import sessions from 'lucide-static/icons/square-terminal.svg?raw';
import wrong from 'lucide-static/icons/triangle-alert.svg?raw';
import unfold from 'lucide-static/icons/unfold-vertical.svg?raw';
import offline from 'lucide-static/icons/unplug.svg?raw';
import members from 'lucide-static/icons/users.svg?raw';
import close from 'lucide-static/icons/x.svg?raw';

/** lucide's drawing of each: the inside of its 24 × 24 picture. */
const drawings = {
  add,
  unfold,
  you,
  device,
  members,
  key,
  usage,
  audit,
  install,
  activity,
  archive,
  back,
  check,
  close,
  copy,
  down,
  files,
  inbox,
  machines,
  more,
  search,
  settings,
  sessions,
  links,
  forward,
  offline,
  decide,
  wrong,
  options,
  progress,
  specs,
  steering,
};

export type IconName = keyof typeof drawings;

/** A picture beside words, or within a button that is labelled: never read aloud. */
export function Icon(props: { name: IconName }) {
  return <Drawing svg={drawings[props.name]} />;
}

/** The same of a picture that few screens need. */
export function Drawing(props: { svg: string }) {
  const inside = () => /<svg[^>]*>([\s\S]*)<\/svg>/.exec(props.svg)?.[1] ?? '';
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
      innerHTML={inside()}
    />
  );
}
