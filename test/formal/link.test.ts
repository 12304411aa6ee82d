import { expect, test } from "vitest";
import { type Proof, prove } from "./prove.ts";

/** The bridge's link: whatever frames come, in whatever order. Each mutant breaks one property, and the same proof finds it. */
const link: Proof = {
  top: "link",
  files: ["link_stubs.v"],
  modules: ["link"],
  // Small rings, so that every difference of offsets is met soon.
  parameters: { UP_LOG2: 7, DOWN_LOG2: 9, MTU: 64, TICK_CYCLES: 3 },
  depth: 2,
};

test("una, next, head and put keep their order, nothing exceeds a ring or a credit, and only a good frame is taken, and all of it", () => {
  expect(prove(link)).toBe("proven");
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
  ["a byte is sent from where it is being written", "head <= put;", "head <= put + {15'd0, append};"],
  ["what is written again may be sent before", "if (~down_hold)", "if (1'b1)"],
  [
    "what is written again is not what was marked",
    "first_mark <= put[DOWN_LOG2-1:0];",
    "first_mark <= head[DOWN_LOG2-1:0];",
  ],
  ["the way back and an acknowledgement cross", "rewind & tx_idle & ~acknowledges", "rewind & tx_idle"],
])("the proof refuses a link in which %s", (_what, from, to) => {
  expect(prove(link, [from, to])).toBe("refuted");
});
