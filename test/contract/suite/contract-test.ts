import type { Link } from "../../../src/bus/link.ts";
import type { Traits } from "../../../src/bus/traits.ts";
import type { ContractContext } from "./contract-context.ts";

/** The link under test, and what can be done to it from outside. */
export interface ContractLink {
  /**
   * A fresh device out of reset, of one connection where there is one. `seed` decides what is left to chance; the same by
   * default each time. The link of before has been disposed of.
   */
  open(seed?: bigint): Promise<Link>;
  /** The same for a second user, while the first has the device: another connection. `open` where it is absent. */
  beside?(): Promise<Link>;
  /**
   * The same with the device of `breaker-device.ts` in place of ours. Where it is absent, every device of a test keeps the
   * rules of its bus.
   */
  breaker?(): Promise<Link>;
  /** The same with `ringer.ts` in place of our device, bound by two interrupts. Where it is absent, every device of a test has one. */
  several?(): Promise<Link>;
  /** Ends what the links had in common. */
  end?(): Promise<void>;
  /**
   * What a mapped page allows where that is not what its windows ask for: `both` directions, or what the first of them asked
   * for (`strict`). That is a setting of the target.
   */
  readonly rights?: "both" | "strict";
  /** Cuts the way to the device, as a pulled cable does. Where it is absent, no test loses the link. */
  lose?(link: Link): Promise<void>;
  /** Keeps the device from answering register accesses from now on. Where it is absent, every device of a test answers. */
  mute?(link: Link): Promise<void>;
  /**
   * Lets `milliseconds` of the link's clock pass in which the device runs and this process does not. For a real board that
   * is a blocked thread. Where it is absent, the host of no test sleeps.
   */
  sleepHost?(link: Link, milliseconds: number): Promise<void>;
}

/** One test of the contract, as data: it is registered for each link and run against each faulty link. */
export interface ContractTest {
  readonly name: string;
  /** What leaves it out. */
  readonly unless?: readonly Exemption[];
  run(context: ContractContext): Promise<void>;
}

/** A reason to leave tests out: a trait, or a way that a link lacks. */
export interface Exemption {
  /** Ends the sentence "left out, as ...". */
  readonly reason: string;
  applies(traits: Traits, link: ContractLink): boolean;
  /** What holds in place of the tests that are left out: a link cannot claim the trait for nothing. */
  holds?(context: ContractContext): Promise<void>;
}
