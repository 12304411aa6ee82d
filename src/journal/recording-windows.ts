import type { Clock } from "../bus/clock.ts";
import type { OpenWindow, Window, WindowTable } from "../bus/window.ts";
import type { PhysicalMemory } from "../memory/physical-memory.ts";
import type { Journal } from "./journal.ts";

/** Windows whose opening and closing the journal has. */
export class RecordingWindows implements WindowTable {
  readonly #windows: WindowTable;
  readonly #clock: Clock;
  readonly #memory: PhysicalMemory;
  readonly #journal: Journal;

  constructor(windows: WindowTable, clock: Clock, memory: PhysicalMemory, journal: Journal) {
    this.#windows = windows;
    this.#clock = clock;
    this.#memory = memory;
    this.#journal = journal;
  }

  get live(): ReadonlySet<Window> {
    return this.#windows.live;
  }

  open(window: Window): OpenWindow {
    const open = this.#windows.open(window);
    this.#journal.noteWindow(true, this.#clock.cycle, open);
    return new RecordedWindow(open, this.#noteClosing);
  }

  /** Nothing is served in the window any more: its bytes are what the device has left there. */
  readonly #noteClosing = (window: Window): void => {
    const { access, physical, lengthBytes } = window;
    const left = access === "read" ? undefined : this.#memory.view(physical, lengthBytes);
    this.#journal.noteWindow(false, this.#clock.cycle, window, left);
  };
}

class RecordedWindow implements OpenWindow {
  readonly logical: Window["logical"];
  readonly physical: Window["physical"];
  readonly lengthBytes: number;
  readonly access: Window["access"];
  readonly use: Window["use"];
  readonly #open: OpenWindow;
  readonly #noteClosing: (window: Window) => void;
  #isOpen = true;

  constructor(open: OpenWindow, noteClosing: (window: Window) => void) {
    this.logical = open.logical;
    this.physical = open.physical;
    this.lengthBytes = open.lengthBytes;
    this.access = open.access;
    this.use = open.use;
    this.#open = open;
    this.#noteClosing = noteClosing;
  }

  close(): void {
    this.#open.close();
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#noteClosing(this);
  }
}
