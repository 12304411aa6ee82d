import type { Traits } from "../bus/traits.ts";

/** What is checked after each test without being asked for, and cannot be on a link of these traits. */
export function notChecked({ observes, windows }: Traits): string[] {
  const reportsFaults = windows !== "unchecked" && windows.reportsFaults;
  return [
    ...(observes === "bursts" ? [] : ["bus rules"]),
    ...(reportsFaults ? [] : ["accesses outside every window"]),
  ];
}
