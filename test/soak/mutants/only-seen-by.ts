import type { CheckName } from "../checks.ts";

/**
 * What nothing but these checks of the soak sees of a mutant of the controller: a soak without them would let it live. Where there are
 * several, each sees it, and no other does.
 */
export const onlySeenBy: readonly { readonly mutant: string; readonly checks: readonly CheckName[] }[] = [
  { mutant: "reserved bits are not looked at", checks: ["outcome"] },
  { mutant: "DONE though no descriptor could be read", checks: ["status"] },
  { mutant: "an error of h2c raises nothing", checks: ["error-interrupt"] },
  { mutant: "what ends since BUS_MASTER is 0 is called ABORTED", checks: ["abort-cause"] },
  { mutant: "ABORT ends nothing", checks: ["abort-effect"] },
  {
    mutant: "no transfer is started, as if BUS_MASTER were 0",
    checks: ["bus-master-cause", "record-absent"],
  },
  { mutant: "the phase never turns", checks: ["record-present"] },
  { mutant: "a record is written while BUS_MASTER is 0", checks: ["record-absent"] },
  { mutant: "a reserved bit of each record is 1", checks: ["record-bytes"] },
  { mutant: "an error of the record is lost", checks: ["record-error"] },
  { mutant: "DONE before the completion record is answered", checks: ["done-lost", "done-late"] },
  { mutant: "one interrupt too few of those coalesced", checks: ["done-lost", "done-reason"] },
  { mutant: "the time of coalescing is that of all descriptors together", checks: ["done-early"] },
  { mutant: "coalescing has no time limit", checks: ["done-late"] },
  { mutant: "the interrupt line leaves out an error of c2h", checks: ["interrupt-line"] },
  { mutant: "COMPLETED counts what ended well alone", checks: ["completed"] },
  { mutant: "strobes outside the transfer", checks: ["host-bytes"] },
  { mutant: "the data of a failed beat are written", checks: ["card-bytes"] },
  { mutant: "a fetch goes one descriptor past its block", checks: ["bus"] },
  { mutant: "bursts are offered after BUS_MASTER was cleared", checks: ["address-after-off"] },
  { mutant: "the fetch turns one entry early", checks: ["progress"] },
  { mutant: "RESIDUE outlives RESET", checks: ["reset"] },
  { mutant: "the address of a transfer that was cut short is 0", checks: ["cut-place"] },
  { mutant: "ERROR.INDEX is off by one once the channel has halted", checks: ["error-index"] },
  { mutant: "the head of an empty ring of 1,024 entries is past the tail", checks: ["head"] },
  { mutant: "the head counts a descriptor that is still in work", checks: ["data-before-head"] },
  { mutant: "the record before the data, and the head after them", checks: ["record-after-data"] },
  { mutant: "a fetch reads one descriptor past the tail, and drops it", checks: ["descriptor-bytes"] },
];
