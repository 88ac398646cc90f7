/** The height of what is fixed at the foot of a screen, above the bar of places: what else is fixed there stays above it. */
import { onCleanup } from 'solid-js';

/** Tells the height of an element, for as long as it is on the screen and fixed. */
export function keepFootOf(element: HTMLElement): void {
  const { style } = document.documentElement;
  const tell = () => {
    const isFixed = getComputedStyle(element).position === 'fixed';
    style.setProperty('--foot', isFixed ? `${element.offsetHeight}px` : '0px');
  };
  const watching = new ResizeObserver(tell);
  watching.observe(element);
  onCleanup(() => {
    watching.disconnect();
    style.removeProperty('--foot');
  });
}
