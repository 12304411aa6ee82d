import type { Traits } from "../bus/traits.ts";

/** What is checked after each test without being asked for, and cannot be on a link of these traits. */
export function notChecked({ busRules, windows }: Traits): string[] {
  const reportsFaults = windows !== "unchecked" && windows.reportsFaults;
  return [...(busRules ? [] : ["bus rules"]), ...(reportsFaults ? [] : ["accesses outside every window"])];
}
