/** Text to take along: a command line with a button that copies it. */
import { createSignal } from 'solid-js';
import { Icon } from './icon.tsx';

/** A button that copies a long text and says so. */
export function CopyButton(props: { text: string; label: string }) {
  const [copied, setCopied] = createSignal(false);
  return (
    <button
      type="button"
      class="button"
      onClick={async () =>
        setCopied(
          await navigator.clipboard.writeText(props.text).then(
            () => true,
            () => false,
          ),
        )
      }
    >
      <Icon name={copied() ? 'check' : 'copy'} /> {copied() ? 'Copied' : props.label}
    </button>
  );
}

/** The text as code, and beside it a button that copies it and says so. */
export function CommandLine(props: { text: string }) {
  const [copied, setCopied] = createSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(props.text).catch(() => {});
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div class="command-line">
      <code>{props.text}</code>
      <button
        type="button"
        class="button plain icon"
        aria-label={copied() ? 'Copied' : 'Copy'}
        onClick={() => void copy()}
      >
        <Icon name={copied() ? 'check' : 'copy'} />
      </button>
    </div>
  );
}
