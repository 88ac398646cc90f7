/** The app on the device: its service worker, updates, and installation. */

export interface Installing {
  /** Checks for a newer app. */
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

/** Registers the service worker, if the browser allows one, and watches for updates. */
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
      // Another tab has activated the newer app. Here it is only offered, so that it does not interrupt an edit.
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
