/**
 * What a finding may be. Codes `0x..` are those of bug check 0xE6 (DRIVER_VERIFIER_DMA_VIOLATION) of Driver Verifier;
 * codes `X..` are ours, for what Driver Verifier has no code for. `rule` says what a driver must do.
 */
export const findingCodes = {
  FLUSH_BEYOND_MAPPING: { code: "0x00", rule: "flush what was mapped: the same MDL, offset and length" },
  COMMON_BUFFER_FREED: {
    code: "0x03",
    rule: "free a common buffer once, with every value as it was allocated",
  },
  CHANNEL_NOT_OWNED: { code: "0x04", rule: "free the channel once, and only after it was kept" },
  MAP_REGISTERS_FREED: {
    code: "0x05",
    rule: "free map registers once, all that were granted, after DeallocateObjectKeepRegisters",
  },
  LIST_UNKNOWN: { code: "0x06", rule: "give back each scatter/gather list once, the very list" },
  PUT_WITH_COMMON_BUFFERS: { code: "0x07", rule: "free every common buffer before PutDmaAdapter" },
  PUT_WITH_CHANNEL: { code: "0x08", rule: "free the channel before PutDmaAdapter" },
  PUT_WITH_MAP_REGISTERS: { code: "0x09", rule: "free all map registers before PutDmaAdapter" },
  PUT_WITH_LISTS: { code: "0x0A", rule: "give back every scatter/gather list before PutDmaAdapter" },
  TOO_MANY_MAP_REGISTERS: {
    code: "0x0C",
    rule: "ask for and map no more than the map registers that were granted",
  },
  NOT_FLUSHED: { code: "0x0D", rule: "flush what is mapped before mapping or freeing again" },
  NOT_LOCKED: { code: "0x0E", rule: "lock the pages of a buffer, or take it from nonpaged memory" },
  FREED_WHILE_MAPPED: { code: "0x10", rule: "flush before freeing map registers or channel" },
  PUT_WITH_REQUESTS: { code: "0x11", rule: "cancel or finish every request before PutDmaAdapter" },
  IRQL: { code: "0x13", rule: "call each routine at the IRQL that its page demands" },
  FLUSH_NOT_MAPPED: { code: "0x16", rule: "flush only what is mapped" },
  ADAPTER_RELEASED: { code: "0x18", rule: "use no adapter after PutDmaAdapter" },
  NO_ADAPTER: { code: "0x19", rule: "pass the adapter that IoGetDmaAdapter gave" },
  OUTSIDE_MDL: { code: "0x1B", rule: "map only addresses that the MDL describes" },
  BUFFER_ALIGNMENT: {
    code: "0x1F",
    rule: "a buffer begins and ends as GetDmaAlignment and MinimumTransferUnit demand",
  },
  ZERO_LENGTH: { code: "0x21", rule: "map at least one byte" },
  BEYOND_BUFFER: { code: "0x24", rule: "offset and length must lie inside the MDL chain" },
  DESCRIPTION_VERSION: { code: "0x25", rule: "describe the device with a version from 0 to 3" },
  CONTEXT_UNINITIALISED: { code: "X1", rule: "give each request a context of InitializeDmaTransferContext" },
  CONTEXT_SHARED: { code: "X2", rule: "a context belongs to one request at a time, over all adapters" },
  CONTEXT_LIVE: { code: "X3", rule: "leave a context alone until its request is done or cancelled" },
  CONTEXT_FOREIGN: { code: "X4", rule: "use a context with the adapter that initialised it" },
  DIRECTION: { code: "X8", rule: "pass the same WriteToDevice to map, flush and put" },
  ROUTINE_WAITS: { code: "X11", rule: "execution routines run at DISPATCH_LEVEL: no promise, no wait" },
  ALLOCATION_ACTION: { code: "X12", rule: "an IO_ALLOCATION_ACTION is 1, 2 or 3" },
  DEVICE_OBJECT_BUSY: {
    code: "X13",
    rule: "AllocateAdapterChannel: one request of a device object at a time, none from inside its routine",
  },
  SYSTEM_DMA_ONLY: { code: "X14", rule: "this routine is for system DMA, not for bus masters" },
  MDL_NOT_MEMORY: { code: "X15", rule: "an MDL has a page of memory for each page that its bytes touch" },
  FREED_UNDER_MAPPING: { code: "X16", rule: "end every mapping of a buffer before its memory is freed" },
  BUFFER_FREED: { code: "X17", rule: "map only buffers whose memory is yours" },
  LIST_BUFFER_SHARED: { code: "X18", rule: "memory for a list belongs to one request until its list is put" },
  NOT_NULL: { code: "X19", rule: "pass NULL where a page says that a parameter is NULL" },
  OTHER_DEVICE_OBJECT: { code: "X20", rule: "cancel with the device object of the request" },
  MDL_MALFORMED: {
    code: "X21",
    rule: "an MDL says where its bytes begin and how many there are, and the chain ends",
  },
  OTHER_MDL: { code: "X22", rule: "make an MDL of a list with the MDL that the list was made of" },
} as const satisfies Record<string, { readonly code: string; readonly rule: string }>;

export type FindingName = keyof typeof findingCodes;
