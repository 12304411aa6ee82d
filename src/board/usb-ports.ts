import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Board } from "./board.ts";

/**
 * The serial port of a board that is plugged in, such as `/dev/ttyUSB0`, by what the USB device says of itself; undefined when
 * there is none. `system` is where Linux shows devices.
 */
export function attachedPort({ usb }: Pick<Board, "usb">, system = "/sys/class/tty"): string | undefined {
  if (!existsSync(system)) return undefined;
  for (const name of readdirSync(system).sort()) {
    const device = usbDevice(join(system, name, "device"));
    if (device === undefined) continue;
    const isMatch = usb.some(
      (match) =>
        match.vendor === device.vendor &&
        match.product === device.product &&
        (match.interface === undefined || match.interface === device.interface),
    );
    if (isMatch) return `/dev/${name}`;
  }
  return undefined;
}

/** The interface has its number, and the folder above it those of vendor and product. */
function usbDevice(place: string): { vendor: string; product: string; interface: number } | undefined {
  if (!existsSync(place)) return undefined;
  for (let at = realpathSync(place); at !== "/"; at = dirname(at)) {
    const number = textIn(join(at, "bInterfaceNumber"));
    const [vendor, product] = [textIn(join(at, "../idVendor")), textIn(join(at, "../idProduct"))];
    if (number !== undefined && vendor !== undefined && product !== undefined)
      return { vendor, product, interface: Number.parseInt(number, 16) };
  }
  return undefined;
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}
