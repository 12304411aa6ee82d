import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { shellQuote } from "./shell-quote.ts";

interface WaveViewer {
  readonly command: string;
  /** `saved`: the file beside the waves that says which signals to show, if it is there. */
  readonly ending: string;
  args(waves: string, saved: string | undefined): string[];
}

/** The first one that is there is taken. */
const viewers: readonly WaveViewer[] = [
  {
    command: "surfer",
    ending: ".sucl",
    args: (waves, saved) => [waves, ...(saved === undefined ? [] : ["--command-file", saved])],
  },
  {
    command: "gtkwave",
    ending: ".gtkw",
    args: (waves, saved) => [waves, ...(saved === undefined ? [] : [saved])],
  },
];

/** The viewer that can open waves here: one on the PATH, with a display to show itself on. */
export function findViewer(env: NodeJS.ProcessEnv = process.env): WaveViewer | undefined {
  const hasDisplay =
    process.platform === "darwin" ||
    [env["DISPLAY"], env["WAYLAND_DISPLAY"]].some((one) => one !== undefined && one !== "");
  return hasDisplay ? viewers.find(({ command }) => isOnPath(command, env["PATH"] ?? "")) : undefined;
}

/** Opens a window and leaves it alone. */
export function openViewer(viewer: WaveViewer, waves: string): void {
  const child = spawn(viewer.command, argsFor(viewer, waves), { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  child.unref();
}

/** What one would type, for each viewer that hilt knows. */
export function viewerCommands(waves: string): string[] {
  return viewers.map((viewer) => [viewer.command, ...argsFor(viewer, waves)].map(shellQuote).join(" "));
}

function argsFor({ ending, args }: WaveViewer, waves: string): string[] {
  const saved = waves.replace(/\.\w+$/, ending);
  return args(waves, existsSync(saved) ? saved : undefined);
}

function isOnPath(command: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    const file = join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return statSync(file).isFile();
    } catch {
      return false;
    }
  });
}
