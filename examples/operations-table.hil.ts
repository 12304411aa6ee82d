import {
  DISPATCH_LEVEL,
  DMA_TRANSFER_CONTEXT_SIZE_V1,
  expect,
  type ScatterGatherList,
  STATUS_SUCCESS,
  test,
} from "hilt";

/**
 * The DMA interface as a Windows driver calls it: the operations table of the adapter, a transfer context of the
 * driver's own, a list, and the device's registers. `device.hostToCard` does nothing else. The same in C stands beside it
 * in docs/wdm.md.
 */
test.needs("register-mode")(
  "a driver programs the card from the operations table",
  async ({ host, system, adapter, device, link, rng }) => {
    const lengthBytes = Math.min(6000, device.identity.cardMemoryBytes);
    const source = host.allocate({ lengthBytes, offset: 100 });
    source.write(rng.bytes(lengthBytes));
    const operations = adapter.dmaOperations;
    const context = new Uint8Array(DMA_TRANSFER_CONTEXT_SIZE_V1);
    const deviceObject = { name: "example", currentIrp: null };

    expect(operations.initializeDmaTransferContext(adapter, context)).toBe(STATUS_SUCCESS);

    const lists: ScatterGatherList[] = [];
    const irql = system.keRaiseIrql(DISPATCH_LEVEL);
    const status = operations.getScatterGatherListEx(
      adapter,
      deviceObject,
      context,
      source.mdl,
      0, // Offset
      lengthBytes, // Length
      0, // Flags
      (_deviceObject, _irp, list) => lists.push(list), // ExecutionRoutine
      null, // Context
      true, // WriteToDevice
      null, // DmaCompletionRoutine
      null, // CompletionContext
      null, // ScatterGatherList
    );
    system.keLowerIrql(irql);
    expect(status).toBe(STATUS_SUCCESS);

    const [list] = lists as [ScatterGatherList];
    let cardAddress = 0;
    for (const element of list.elements) {
      device.registers.h2c.write("HOST_ADDRESS_LOW", Number(element.address & 0xffff_ffffn));
      device.registers.h2c.write("HOST_ADDRESS_HIGH", Number(element.address >> 32n));
      device.registers.h2c.write("CARD_ADDRESS", cardAddress);
      device.registers.h2c.write("LENGTH", element.length);
      device.registers.h2c.write("COMMAND", 1);
      await link.waitForInterrupt();
      device.registers.global.write("IRQ_STATUS", await device.registers.global.read("IRQ_STATUS"));
      expect(await device.registers.h2c.read("RESIDUE")).toBe(0);
      cardAddress += element.length;
    }

    system.keRaiseIrql(DISPATCH_LEVEL);
    operations.putScatterGatherList(adapter, list, true);
    system.keLowerIrql(irql);

    const target = host.allocate({ lengthBytes });
    await device.cardToHost(target);
    expect(target).toHoldBytes(source.read());
  },
);
