import type { Blame } from "../core/errors.ts";

/** Exit codes by cause. 0 is kept for success. */
export const exitCodes: Readonly<Record<Blame, number>> = {
  product: 1,
  usage: 2,
  environment: 3,
  link: 4,
  bug: 70,
  /** As shells have it: 128 and the number of SIGINT. */
  interrupted: 130,
};
