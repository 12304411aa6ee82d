/** Codes of `ERROR.KIND` and of a completion's STATUS. */

export interface Code {
  readonly name: string;
  readonly value: number;
  readonly doc: string;
}

export const errorKinds = [
  { name: "NONE", value: 0, doc: "No error." },
  { name: "SLVERR", value: 2, doc: "Host memory answered SLVERR (the value is AXI's RRESP or BRESP)." },
  { name: "DECERR", value: 3, doc: "Host memory answered DECERR: nothing is mapped at the address." },
  { name: "ZERO_LENGTH", value: 4, doc: "LENGTH is 0; nothing was accessed." },
  { name: "CARD_RANGE", value: 5, doc: "The transfer leaves the card's memory; nothing was accessed." },
  {
    name: "HOST_RANGE",
    value: 6,
    doc: "The transfer leaves the host's address space; nothing was accessed.",
  },
  { name: "BUS_MASTER_OFF", value: 7, doc: "CONTROL.BUS_MASTER is 0; nothing was accessed." },
  { name: "ABORTED", value: 8, doc: "COMMAND.ABORT ended it." },
  { name: "MALFORMED", value: 9, doc: "A reserved bit of the descriptor is set; nothing was accessed." },
  {
    name: "BURST_LENGTH",
    value: 10,
    doc: "Host memory ended a read burst early or late: RLAST was not with its last beat.",
  },
] as const satisfies readonly Code[];

export const errorStages = [
  { name: "DATA", value: 0, doc: "The payload." },
  { name: "DESCRIPTOR", value: 1, doc: "The fetch of a descriptor." },
  { name: "COMPLETION", value: 2, doc: "The write of a completion record." },
] as const satisfies readonly Code[];

export type ErrorKind = (typeof errorKinds)[number]["name"];
export type ErrorStage = (typeof errorStages)[number]["name"];

/** The name of a code that the device reported, or `undefined` for a value that the map does not define. */
export function nameOf<T extends Code>(codes: readonly T[], value: number): T["name"] | undefined {
  return codes.find((code) => code.value === value)?.name;
}
