/** Sheets of a terminal: its text to select and copy, and the question before a link is opened. */
import { CopyButton } from '../../ui/copy.tsx';
import { Sheet } from '../../ui/sheet.tsx';

export function TextSheet(props: { text: string; onClose: () => void }) {
  return (
    <Sheet title="Text of the terminal" wide onClose={props.onClose}>
      {/* It scrolls, so a keyboard must reach it. */}
      <pre class="terminal-text" tabindex="0">
        {props.text}
      </pre>
      <p class="rows-foot">
        <CopyButton label="Copy all" text={props.text} />
      </p>
    </Sheet>
  );
}

/** The address comes from the output of a program, and may look like another one. */
export function LinkSheet(props: { address: string; onClose: () => void }) {
  const host = () => new URL(props.address).host;
  return (
    <Sheet title="Open this link?" onClose={props.onClose}>
      <p class="mono link-asked">{props.address}</p>
      <p class="small soft">A program in the terminal wrote it. It opens {host()} in a new tab.</p>
      <p class="rows-foot">
        <a
          class="button primary"
          href={props.address}
          target="_blank"
          rel="noopener noreferrer"
          onClick={() => props.onClose()}
        >
          Open {host()}
        </a>
        <CopyButton label="Copy" text={props.address} />
      </p>
    </Sheet>
  );
}
