/** What `boards/<name>/board.yaml` says of a board. */
export interface Board {
  /** That of its folder. */
  readonly name: string;
  /** Absolute; with it stand `top.v` and the constraints. */
  readonly folder: string;
  readonly title: string;
  readonly fpga: {
    readonly family: FpgaFamily;
    /** As the place-and-route tool of the family calls it. */
    readonly device: string;
    readonly package: string;
  };
  /** The one clock, by the top's port. */
  readonly clock: { readonly port: string; readonly hz: number };
  /** The line, as the FPGA sees it: what it receives is what the host sends. */
  readonly uart: { readonly receive: string; readonly transmit: string; readonly baud: number };
  /** Parameters that our own controller has on this board. */
  readonly device: Readonly<Record<string, number>>;
  /** How its adapter shows on USB; there may be several versions of a board. */
  readonly usb: readonly UsbMatch[];
  /** In the board's folder. */
  readonly constraints: string;
  /** The command that loads `{bitstream}` until the power is switched off, or for good. */
  readonly load: readonly string[];
}

export type FpgaFamily = "ecp5" | "ice40";

export interface UsbMatch {
  /** Four hexadecimal digits. */
  readonly vendor: string;
  readonly product: string;
  /** Of the adapter's channels, that of the line. */
  readonly interface?: number | undefined;
}

/**
 * Cycles of a bit times 256, as the bridge counts them. Throws `RangeError` for a line that is too fast or too
 * slow for the clock: a bit takes 4 cycles at least, and fewer than 256.
 */
export function divider256({ clock, uart }: Pick<Board, "clock" | "uart">): number {
  const divider = Math.round((256 * clock.hz) / uart.baud);
  if (divider < 1024 || divider > 0xffff)
    throw new RangeError(
      `${clock.hz} Hz and ${uart.baud} baud give ${divider / 256} cycles of a bit; it has 4 at least, and fewer than 256`,
    );
  return divider;
}
