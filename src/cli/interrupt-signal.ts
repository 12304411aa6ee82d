/** A terminal that is closed, and a system that shuts down, ask for the same as Ctrl-C. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A signal that is aborted by Ctrl-C; a second Ctrl-C ends the process at once. */
export function interruptSignal(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const interrupt = (): void => {
    for (const name of SIGNALS) process.off(name, interrupt);
    controller.abort();
  };
  for (const name of SIGNALS) process.on(name, interrupt);
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      for (const name of SIGNALS) process.off(name, interrupt);
    },
  };
}
