import { once } from "node:events";
import { createConnection } from "node:net";
import { SlotControl } from "../../../src/links/slot/slot-control.ts";
import { ControlCode } from "../../../src/wire/control-message.ts";
import { encodeUp } from "../../../src/wire/encode-message.ts";

/** Has a slot run to the last cycle that there is, which it never comes back from. `closed`: when the slot is gone. */
export async function holdUp(control: string): Promise<{ readonly closed: Promise<void> } & AsyncDisposable> {
  const socket = createConnection(control);
  await once(socket, "connect");
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  const payload = Buffer.alloc(8, 0xff);
  const run = {
    kind: "control",
    code: ControlCode.runUntil,
    isAnswer: false,
    isFailed: false,
    payload,
  } as const;
  await new Promise((resolve) => socket.write(encodeUp(run), resolve));
  // Who came later is answered later: never.
  using next = new SlotControl("slot", control, 100);
  try {
    next.request(ControlCode.cycle);
  } catch {
    return { closed, [Symbol.asyncDispose]: async () => void socket.destroy() };
  }
  throw new Error("the slot is not held up");
}
