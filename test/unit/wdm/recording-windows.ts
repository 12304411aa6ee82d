import type { OpenWindow, Window, WindowTable } from "../../../src/bus/window.ts";

/** A window table without a device: keeps what is open, as the contract says. */
export class RecordingWindows implements WindowTable {
  readonly live = new Set<OpenWindow>();

  open(window: Window): OpenWindow {
    const open: OpenWindow = { ...window, close: () => void this.live.delete(open) };
    this.live.add(open);
    return open;
  }
}
