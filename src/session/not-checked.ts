import type { Traits } from "../bus/traits.ts";

/** What is checked after each test without being asked for, and cannot be on a link of these traits. */
export function notChecked({ busRules, windows }: Traits): string[] {
  return [...(busRules ? [] : ["bus rules"]), ...strayAccesses(windows)];
}

function strayAccesses(windows: Traits["windows"]): string[] {
  if (windows === "unchecked") return ["accesses outside every window"];
  return windows.reportsFaults ? [] : ["accesses outside every window (they are stopped, not seen)"];
}
