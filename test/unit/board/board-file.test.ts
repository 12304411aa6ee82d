import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { divider256 } from "../../../src/board/board.ts";
import { boardNames, loadBoard, parseBoard } from "../../../src/board/load-board.ts";
import { BOARDS } from "../../../src/board/own-boards.ts";
import { attachedPort, lastingName } from "../../../src/board/usb-ports.ts";

const good = readFileSync(join(BOARDS, "icebreaker/board.yaml"), "utf8");
const file = "/lab/boards/mine/board.yaml";

test("the boards that come with hilt have good files, and lines that divide their clocks", () => {
  const boards = boardNames([BOARDS]).map((name) => loadBoard(name, [BOARDS]));
  expect(boards.map(({ name, fpga, uart }) => [name, fpga.family, uart.baud])).toEqual([
    ["icebreaker", "ice40", 3_000_000],
    ["ulx3s", "ecp5", 3_000_000],
  ]);
  expect(boards.map(divider256)).toEqual([1024, 2133]);
});

test.each([
  ["a key that there is not", good.replace("clock:", "clok:"), "clock: must be an object"],
  [
    "one key more",
    `${good}colour: red\n`,
    "colour: unknown; there is title, fpga, clock, uart, device, usb, constraints, load",
  ],
  [
    "one key more, further in",
    good.replace("  hz:", "  mhz: 12\n  hz:"),
    "clock.mhz: unknown; there is port, hz",
  ],
  ["a family that there is not", good.replace("ice40", "ice41"), 'fpga.family: must be "ecp5" or "ice40"'],
  ["a clock in words", good.replace("12000000", "12 MHz"), "clock.hz: must be a whole number of Hz"],
  [
    "a number for an identity",
    good.replace('"6010"', "6010"),
    'usb[0].product: must be four hexadecimal digits in quotes, as "0403"',
  ],
  [
    "a path for a name",
    good.replace("icebreaker.pcf", "../x.pcf"),
    "constraints: must be the name of a file beside board.yaml",
  ],
  [
    "a command that loads nothing",
    good.replace("{bitstream}", "x"),
    "load: must have {bitstream} in one of its words",
  ],
  [
    "a line that is too fast",
    good.replace("baud: 3000000", "baud: 4000000"),
    "uart.baud: 12000000 Hz and 4000000 baud give 3 cycles of a bit",
  ],
  ["nothing", "", "must be an object"],
  [
    "a clock of less than nothing",
    good.replace("12000000", "-1"),
    "clock.hz: must be a whole number of Hz, from 1 to",
  ],
  [
    "a line that is too slow",
    good.replace("baud: 3000000", "baud: 300"),
    "uart.baud: 12000000 Hz and 300 baud give 40000 cycles of a bit; it has 4 at least, and fewer than 256",
  ],
  ["an alias of nothing", `${good}more: *none\n`, "Unresolved alias"],
  [
    "aliases that grow without end",
    `${good}a: &a [${"x,".repeat(20)}]\nb: &b [${"*a,".repeat(20)}]\nc: [${"*b,".repeat(20)}]\n`,
    "Excessive alias count",
  ],
])("%s is refused with file and key", (_name, text, problem) => {
  expect(() => parseBoard(text, file)).toThrow(`${file}: ${problem}`);
});

test.each([
  ["what is no YAML", "title: [", ":1:9: "],
  ["a key twice", `${good}title: again\n`, ": Map keys must be unique"],
])("%s is refused with line and column", (_name, text, problem) => {
  expect(() => parseBoard(text, file)).toThrow(`${file}:`);
  expect(() => parseBoard(text, file)).toThrow(problem);
});

test("a board of the project's own comes before one of the same name, and one without its files is refused", () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt bretter ü "));
  try {
    mkdirSync(join(folder, "ulx3s"));
    const own = readFileSync(join(BOARDS, "ulx3s/board.yaml"), "utf8").replace("12F", "of ours");
    writeFileSync(join(folder, "ulx3s/board.yaml"), own);
    expect(() => loadBoard("ulx3s", [folder, BOARDS])).toThrow("there is no file top.v beside it");
    for (const name of ["top.v", "ulx3s.lpf"]) writeFileSync(join(folder, "ulx3s", name), "");
    expect(loadBoard("ulx3s", [folder, BOARDS]).title).toBe("Radiona ULX3S of ours");
    expect(() => loadBoard("../x", [folder])).toThrow('no board "../x"; there is ulx3s');
    rmSync(join(folder, "ulx3s/top.v"));
    mkdirSync(join(folder, "ulx3s/top.v"));
    expect(() => loadBoard("ulx3s", [folder])).toThrow("there is no file top.v beside it");
    mkdirSync(join(folder, "other/board.yaml"), { recursive: true });
    expect(() => loadBoard("other", [folder])).toThrow(`${folder}/other/board.yaml: is not a file`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.each(["my board", "brett-ü", "virtual-mine"])(
  "a folder %s is named as no board can be, and its place is said",
  (name) => {
    const folder = mkdtempSync(join(tmpdir(), "hilt bretter ü "));
    try {
      mkdirSync(join(folder, name));
      for (const file of ["board.yaml", "top.v", "icebreaker.pcf"])
        writeFileSync(join(folder, name, file), file === "board.yaml" ? good : "");
      expect(() => loadBoard(name, [folder])).toThrow(
        `${folder}/${name}: the name of a board has letters of ASCII, digits, and . _ - alone`,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

test("a board is found by what its adapter says of itself, by the channel where it has several", () => {
  const system = mkdtempSync(join(tmpdir(), "hilt sys ü "));
  try {
    for (const [name, channel] of [
      ["ttyUSB0", "00"],
      ["ttyUSB1", "01"],
    ] as const) {
      const usb = join(system, name, "device");
      mkdirSync(join(usb, "interface"), { recursive: true });
      writeFileSync(join(system, name, "idVendor"), "0403\n");
      writeFileSync(join(system, name, "idProduct"), "6010\n");
      writeFileSync(join(usb, "bInterfaceNumber"), `${channel}\n`);
    }
    mkdirSync(join(system, "ttyS0"));
    const usb = (product: string, channel?: number) => ({
      usb: [{ vendor: "0403", product, ...(channel === undefined ? {} : { interface: channel }) }],
    });
    expect(attachedPort(usb("6010"), system)).toBe("/dev/ttyUSB0");
    expect(attachedPort(usb("6010", 1), system)).toBe("/dev/ttyUSB1");
    expect(attachedPort(usb("6015"), system)).toBeUndefined();
    expect(attachedPort(usb("6010"), join(system, "none"))).toBeUndefined();
  } finally {
    rmSync(system, { recursive: true, force: true });
  }
});

test("a board keeps its name when its adapter gets another number: by serial number, else by the socket", () => {
  const folder = mkdtempSync(join(tmpdir(), "hilt dev ü "));
  try {
    const [port, links] = [join(folder, "ttyUSB0"), join(folder, "serial")];
    for (const name of ["ttyUSB0", "ttyUSB1"]) writeFileSync(join(folder, name), "");
    expect(lastingName(port, links)).toBe(port);
    for (const kind of ["by-id", "by-path"]) {
      mkdirSync(join(links, kind), { recursive: true });
      symlinkSync("../../gone", join(links, kind, "a-gone"));
      symlinkSync("../../ttyUSB1", join(links, kind, "b-other"));
    }
    symlinkSync("../../ttyUSB0", join(links, "by-path", "usb-0:4.2"));
    expect(lastingName(port, links)).toBe(join(links, "by-path", "usb-0:4.2"));
    symlinkSync("../../ttyUSB0", join(links, "by-id", "usb-FTDI_1234"));
    expect(lastingName(port, links)).toBe(join(links, "by-id", "usb-FTDI_1234"));
    // Where the device itself is gone there is nothing to look for.
    expect(lastingName(join(folder, "ttyUSB9"), links)).toBe(join(folder, "ttyUSB9"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
