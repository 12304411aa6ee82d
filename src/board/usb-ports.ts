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

/**
 * A name for a port that stays when its adapter is unplugged and gets another number: by the adapter's serial number, else by the
 * socket that it is in; `port` itself where udev has made none. `links` is where udev makes them.
 */
export function lastingName(port: string, links = "/dev/serial"): string {
  for (const folder of ["by-id", "by-path"].map((name) => join(links, name))) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).sort())
      if (deviceOf(join(folder, name)) === deviceOf(port)) return join(folder, name);
  }
  return port;
}

/** Where a link leads to; itself where that is nowhere. */
function deviceOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
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
