/** A whole number with commas: "1,234". The first use of `toLocaleString` loads what is known of all languages, a hundredth of a run's start. */
export function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number with commas and what it counts: "1 cycle", "1,234 cycles". */
export function countedWithCommas(count: number, what: string): string {
  return `${withCommas(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** A number with what it counts: "1 page", "2 pages". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
