/** Attributes of HTML that Solid's types do not know yet. */
import 'solid-js';

declare module 'solid-js' {
  namespace JSX {
    interface ExplicitAttributes {
      /** Whether a click beside a dialog closes it. */
      closedby: 'any' | 'closerequest' | 'none';
    }
  }
}
