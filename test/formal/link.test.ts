import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

/**
 * Proofs of the bridge's link by induction (Yosys, `sat -tempinduct`): whatever frames come, in whatever order. Each mutant
 * breaks one property, and the same proof finds it.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "hilt-formal-"));
afterAll(() => rmSync(folder, { recursive: true }));

const link = readFileSync(join(root, "rtl/bridge/link.v"), "utf8");

/** Small rings, so that every difference of offsets is met soon; the memories themselves are left out: any byte may come out. */
const script = (file: string): string =>
  [
    `read_verilog -formal -I test/formal test/formal/link_stubs.v "${file}"`,
    "chparam -set UP_LOG2 7 -set DOWN_LOG2 9 -set MTU 64 -set TICK_CYCLES 3 link",
    "hierarchy -top link; proc; memory_nordff; delete t:$memrd* t:$memwr* t:$mem* t:$meminit*; setundef -undriven -anyseq",
    "flatten; async2sync; dffunmap; opt_clean",
    "sat -verify -prove-asserts -set-assumes -tempinduct -maxsteps 2 link",
  ].join("; ");

function prove(name: string, text: string): string {
  const file = join(folder, `${name}.v`);
  writeFileSync(file, text);
  const { stdout, stderr, error } = spawnSync("yosys", ["-p", script(file)], { cwd: root, encoding: "utf8" });
  if (error !== undefined) throw error;
  if (stdout.includes("Induction step proven: SUCCESS!")) return "proven";
  if (`${stdout}${stderr}`.includes("Called with -verify and proof did fail!")) return "refuted";
  throw new Error(stdout.slice(-2000) + stderr);
}

test("una, next, head and put keep their order, nothing exceeds a ring or a credit, and only a good frame is taken, and all of it", () => {
  expect(prove("link", link)).toBe("proven");
});

test.each([
  ["a frame with a wrong CRC is taken", "= good & is_stream & is_ours", "= ended & is_stream & is_ours"],
  ["a frame of another epoch is taken", "open & (frame_epoch == epoch)", "open"],
  ["a frame that had no room is taken", "in_session & is_next & ~overflow", "in_session & is_next"],
  ["data are taken in part that came before there was a session", "(up_is_full | ~open)", "up_is_full"],
  ["a full ring is written over", "append       = down_valid & ~down_is_full", "append       = down_valid"],
  ["the host's credit is not heeded", " & beyond[15];", ";"],
  ["more is granted than there is room", "- expected[UP_LOG2:0];", "- expected[UP_LOG2:0] + 64;"],
  ["an acknowledgement of what was not sent counts", "ahead_of_ack[15] & ~unacked[15]", "ahead_of_ack[15]"],
  ["an old acknowledgement counts", "ahead_of_ack[15] & ~unacked[15]", "~unacked[15]"],
  ["the way back and an acknowledgement cross", "rewind & tx_idle & ~acknowledges", "rewind & tx_idle"],
])("the proof refuses a link in which %s", (name, from, to) => {
  expect(link.split(from)).toHaveLength(2);
  expect(
    prove(
      name.replaceAll(" ", "-"),
      link.replace(from, () => to),
    ),
  ).toBe("refuted");
});
