/** The app as a program of the device: its service worker, newer versions of itself, and being installed. */

export interface Installing {
  /** Looks whether there is a newer app. */
  look(): void;
  applyUpdate(): void;
  install(): Promise<boolean>;
}

export interface InstallingDeps {
  readonly updateReady: () => void;
  readonly installable: (can: boolean) => void;
}

/** Chromium's event; not part of the DOM's types. */
interface InstallPrompt extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

/** Registers the service worker where there can be one, and watches for newer ones. */
export function startInstalling({ updateReady, installable }: InstallingDeps): Installing {
  let registration: ServiceWorkerRegistration | undefined;
  let prompt: InstallPrompt | undefined;
  let reloads = false;

  function watch(registered: ServiceWorkerRegistration): void {
    registration = registered;
    // Without a controller this is the first visit: nothing is replaced.
    const look = () => navigator.serviceWorker.controller !== null && registered.waiting !== null && updateReady();
    look();
    registered.addEventListener('updatefound', () => {
      registered.installing?.addEventListener('statechange', look);
    });
  }

  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    prompt = event as InstallPrompt;
    installable(true);
  });
  addEventListener('appinstalled', () => installable(false));
  if ('serviceWorker' in navigator) {
    const controlled = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      // Another tab has let the newer app in: here it is offered, never forced under an edit.
      if (reloads) location.reload();
      else if (controlled) updateReady();
    });
    // A browser that refuses (private window, plain http) has no offline shell; everything else works.
    navigator.serviceWorker.register('/sw.js').then(watch, () => {});
  }

  return {
    look: () => void registration?.update().catch(() => {}),
    applyUpdate() {
      reloads = true;
      if (registration?.waiting) registration.waiting.postMessage({ type: 'take-over' });
      else location.reload();
    },
    async install() {
      const asked = await prompt?.prompt();
      prompt = undefined;
      installable(false);
      return asked?.outcome === 'accepted';
    },
  };
}
