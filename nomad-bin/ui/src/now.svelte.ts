/** The time of the page, one tick a second for all that shows an age; it stands still while the page is hidden. */

class Now {
  ms = $state(Date.now());

  /** Starts the clock; returns how to stop it. */
  run(): () => void {
    const tick = () => {
      if (!document.hidden) this.ms = Date.now();
    };
    const timer = setInterval(tick, 1_000);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }
}

export const now = new Now();
