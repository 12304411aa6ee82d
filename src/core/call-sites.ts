import { isAbsolute, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { withCommas } from "./counted.ts";

/** Sites of more calls are not kept: each costs a tenth of a small transfer. */
const MOST_SITES = 1000;
const FRAMES = 16;
/** As traces name them: by path, or by address. */
const OWN: readonly string[] = [
  fileURLToPath(new URL("..", import.meta.url)),
  new URL("..", import.meta.url).href,
];
const RUNNER = /node:|[/\\]node_modules[/\\](?:@?vitest|vite)[/\\]/;

/** Where a call stood. It is written down when it is asked for: that takes long. */
export interface CallSite {
  readonly stack?: string;
}

/** Where calls of a program stood, of the first ones. */
export class CallSites {
  #left: number;

  constructor(most: number = MOST_SITES) {
    this.#left = most;
  }

  /** Where the call stands that goes on now, of `callee` if it is given; undefined when too many are kept already. */
  keep(callee?: Callee, frames?: number): CallSite | undefined {
    if (this.#left === 0) return undefined;
    this.#left--;
    return callSite(callee, frames);
  }
}

/** A function that was called: frames begin with its caller. */
export type Callee = (...args: never[]) => unknown;

/** Where the call stands that goes on now. */
export function callSite(callee: Callee = callSite, frames: number = FRAMES): CallSite {
  const site: CallSite = {};
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = frames;
  Error.captureStackTrace(site, callee);
  Error.stackTraceLimit = limit;
  return site;
}

/** Of the project: files in it are named from here. A process runs the tests of one. */
let projectFolder = process.cwd();

export function nameFilesFrom(folder: string): void {
  projectFolder = folder;
}

/** The frames of the program, innermost first, as a stack trace gives them, with files named from the project's folder; without those of hilt and of the runner of tests. */
export function programFrames(site: CallSite | undefined): readonly string[] {
  const lines = (site?.stack ?? "").split("\n").filter((line) => /^ +at .*[/\\]/.test(line));
  return lines
    .filter((line) => !RUNNER.test(line) && !OWN.some((root) => line.includes(root)))
    .map((line) => fromProject(line.trim()));
}

function fromProject(frame: string): string {
  return frame.replace(/(?:file:\/\/)?\/.*(?=:\d+:\d+\)?$)/, (place) => {
    const file = place.startsWith("file:") ? fileURLToPath(place) : place;
    const inside = relative(projectFolder, file);
    return inside.startsWith("..") || isAbsolute(inside) ? file : inside;
  });
}

/** The innermost frame of the program, in words. */
export function describeSite(site: CallSite | undefined): string {
  if (site === undefined)
    return `by a call after the first ${withCommas(MOST_SITES)} of the test, whose lines are not kept`;
  return programFrames(site)[0] ?? "unknown";
}
