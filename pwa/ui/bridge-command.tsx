/** A command for the machine, as people who have installed the release type it; a checkout has the same under another name. */
import { CommandLine } from './copy.tsx';

/** `text`: what comes after `sallyport`. */
export function BridgeCommand(props: { text: string }) {
  return (
    <>
      <CommandLine text={`sallyport ${props.text}`} />
      <p class="small soft">
        In a checkout of Sallyport, type <code>npm run bridge --</code> for <code>sallyport</code>.
      </p>
    </>
  );
}
