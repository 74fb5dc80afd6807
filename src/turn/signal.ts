/** Ends a wait early. A raise while nobody waits ends the next wait at once. */
export interface Signal {
  raise(): void;
  /** Resolves after `ms` or when raised. */
  wait(ms: number): Promise<void>;
}

/** A signal that is not raised. */
export function createSignal(): Signal {
  let raised = false;
  let wake: (() => void) | undefined;
  return {
    raise() {
      raised = true;
      wake?.();
    },
    async wait(ms) {
      if (!raised) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      raised = false;
    },
  };
}
