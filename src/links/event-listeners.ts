import type { LinkEvent, LinkEventListener, ListenOptions } from "../bus/event.ts";

/** Who hears of the events of a link; those of kind `written` are for who asks for bytes. */
export class EventListeners {
  readonly #all = new Set<LinkEventListener>();
  readonly #ofBytes = new Set<LinkEventListener>();

  get hasAny(): boolean {
    return this.#all.size > 0;
  }

  add(listener: LinkEventListener, { bytes = false }: ListenOptions = {}): () => void {
    this.#all.add(listener);
    if (bytes) this.#ofBytes.add(listener);
    return () => {
      this.#all.delete(listener);
      this.#ofBytes.delete(listener);
    };
  }

  hear(event: LinkEvent): void {
    for (const listener of event.kind === "written" ? this.#ofBytes : this.#all) listener(event);
  }
}
