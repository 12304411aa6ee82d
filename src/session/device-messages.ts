import { relative } from "node:path";
import { withCommas } from "../core/counted.ts";
import type { DeviceMessage } from "../links/link-kind.ts";

/** A design may say something in every cycle. */
const MOST_MESSAGES = 10_000;
const MOST_WARNINGS = 10;

/** As it is before a bench may have put something in its place. */
// biome-ignore lint/suspicious/noConsole: Vitest and `hilt run` show what a test has printed there.
const print = globalThis.console.log.bind(globalThis.console);

/** Prints what the device says, where it stands among what the bench prints. */
export class DeviceMessages {
  /** The first of them: they are shown whatever becomes of the test. */
  readonly warnings: string[] = [];
  readonly #root: string;
  #count = 0;

  /** Files are named from the folder `root`. */
  constructor(root: string) {
    this.#root = root;
  }

  take(message: DeviceMessage): void {
    // That a `cover` statement was met is counted by coverage.
    if (message.kind === "cover") return;
    const line = this.#lineOf(message);
    if (message.kind === "warning" && this.warnings.length < MOST_WARNINGS) this.warnings.push(line);
    if (++this.#count <= MOST_MESSAGES) print(line);
  }

  /** A line that is not the device's. */
  print(text: string): void {
    print(text);
  }

  /** The test has ended. */
  close(): void {
    const left = this.#count - MOST_MESSAGES;
    if (left > 0) print(`[${withCommas(left)} more messages of the device are left out here]`);
  }

  #lineOf({ kind, text, place, cycle }: DeviceMessage): string {
    // A place without a line is that of the whole design.
    const [, file = "", line] = /^(.*):(\d+)$/.exec(place) ?? [];
    const inside = relative(this.#root, file);
    const where = line === undefined ? "" : `${inside.startsWith("..") ? file : inside}:${line}: `;
    const when = cycle < 0 ? "before the end of its reset" : `in cycle ${cycle}`;
    const task = kind === "assert" || kind === "assume" ? kind : `$${kind}`;
    const words = text.trimEnd();
    return `${where}${task} ${when}${words === "" ? "" : `: ${words}`}`;
  }
}
