/** Constants of the WDM DMA interface, with their names in wdm.h and ntstatus.h. */
export const STATUS_SUCCESS = 0x0000_0000;
export const STATUS_INVALID_PARAMETER = 0xc000_000d;
export const STATUS_INSUFFICIENT_RESOURCES = 0xc000_009a;

/** True for success and informational codes (severity 0 and 1). */
export function NT_SUCCESS(status: number): boolean {
  return status >>> 30 < 2;
}

export const PASSIVE_LEVEL = 0;
export const APC_LEVEL = 1;
export const DISPATCH_LEVEL = 2;

export const DEVICE_DESCRIPTION_VERSION3 = 3;
export const PCIBus = 5;

export const DMA_TRANSFER_CONTEXT_VERSION1 = 1;
/** Bytes of a transfer context on a 64-bit system. */
export const DMA_TRANSFER_CONTEXT_SIZE_V1 = 128;

export const DMA_SYNCHRONOUS_CALLBACK = 0x01;
export const DMA_FAIL_ON_BOUNCE = 0x04;

export const DeallocateObject = 2;
export const DeallocateObjectKeepRegisters = 3;
export const KeepObject = 1;
