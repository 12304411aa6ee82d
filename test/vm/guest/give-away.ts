import { spawnSync } from "node:child_process";
import { setupFault } from "../../../src/links/pcie/card-setup.ts";
import { findFunction } from "../../../src/links/pcie/pci-function.ts";

/** Whoever runs what needs a card is not root. */
export const USER = 1000;

/** Gives a card away to the user, by the commands that the product prints. As root. */
export function giveAway(card: string): void {
  const commands = setupFault(findFunction("card", card))?.split("\n").slice(1).join("\n") ?? "";
  spawnSync("sh", ["-ec", commands], { env: { ...process.env, USER: String(USER) }, stdio: "inherit" });
}

/** From now on this process is not root. */
export function becomeUser(): void {
  process.setgid?.(USER);
  process.setuid?.(USER);
}
