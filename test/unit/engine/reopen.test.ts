import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Model, Simulation, SimulationMessage } from "../../../src/engine/engine.ts";
import { type EngineName, engines } from "../../engines.ts";

const folder = mkdtempSync(join(tmpdir(), "hilt-reopen ü-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A table of constants, values at the start, values of chance, and something to say. */
const text = `module top(input clk, input [3:0] at, input we, input [15:0] value, output reg [31:0] q, output [15:0] out);
reg [15:0] memory [0:4095] /*verilator public_flat_rw*/;
reg [15:0] chance [0:15] /*verilator public_flat_rw*/;
reg [31:0] lost;
initial begin q = 32'h1234; memory[7] = 16'h77; end
reg [31:0] row;
always @* case (at)
${Array.from({ length: 16 }, (_, index) => `  ${index}: row = 32'd${(index * 2654435761) % 4294967296};`).join("\n")}
endcase
assign out = memory[at];
always @(posedge clk) begin
  q <= q + row + lost + chance[at];
  if (we) begin memory[at] <= value; chance[at] <= value; lost <= lost + 1; $display("%d", value); end
end
endmodule
`;

/** All that can be seen of a simulation while it does some work. */
function work(open: Simulation, messages: SimulationMessage[]): unknown {
  const seen: unknown[] = [open.cycle, open.end];
  for (let step = 0; step < 40; step++) {
    open.port("at").write(step % 16);
    open.port("we").write(step % 3 === 0 ? 1 : 0);
    open.port("value").write(step * 1001);
    seen.push(open.run(1), open.port("q").read(), open.port("out").read());
  }
  seen.push(Buffer.from(open.array("memory").bytes).toString("hex"));
  seen.push(messages.splice(0).map(({ kind, text: said, cycle }) => [kind, said, cycle]));
  return seen;
}

/** Everything is different from what it was at the start. */
function soil(open: Simulation): void {
  open.array("memory").bytes.fill(0xa5);
  open.array("chance").bytes.fill(0x5a);
  open.port("at").write(9);
  open.port("we").write(1);
  open.port("value").write(0xffff);
  open.run(1000);
}

test.each(["wasm", "verilator"] as const)(
  "%s: nothing of a simulation is in the one that has its memory",
  async (name: EngineName) => {
    const file = join(folder, "top.v");
    writeFileSync(file, text);
    const engine = engines[name]({ cacheDirectory: join(folder, "cache") });
    const model: Model = await engine.build({ top: "top", files: [file], clock: "clk" });
    const messages: SimulationMessage[] = [];
    const onMessage = (message: SimulationMessage): void => void messages.push(message);
    const first = work(model.open({ seed: 7n, onMessage }), messages);
    let used = model.open({ seed: 3n, onMessage });
    for (let round = 0; round < 3; round++) {
      soil(used);
      messages.splice(0);
      const { bytes } = used.array("memory");
      const port = used.port("value");
      used.close();
      const next = (await model.renew(used))?.({ seed: 7n, onMessage }) as Simulation;
      // What is left of the used one reaches nothing.
      expect(bytes).toHaveLength(0);
      bytes[7] = 1;
      expect(() => port.write(3)).toThrow(TypeError);
      expect(() => used.run(1)).toThrow(TypeError);
      expect(work(next, messages)).toEqual(first);
      used = next;
    }
  },
);

test("verilator: a model whose values take as many bytes as the object that holds its ports", async () => {
  const file = join(folder, "same-size.v");
  const inputs = Array.from({ length: 9 }, (_, index) => `input i${index}`).join(", ");
  writeFileSync(
    file,
    `module top(input clk, ${inputs}, output out);
reg [1:0] state = 2;
assign out = state[1] && i0 || !state[1] && i1;
always @(posedge clk) state <= state + {i2 && i3, i4 && i5 || i6 && i7 && i8};
endmodule
`,
  );
  const engine = engines.verilator({ cacheDirectory: join(folder, "cache") });
  const open = (await engine.build({ top: "top", files: [file], clock: "clk" })).open({ seed: 1n });
  open.port("i0").write(1);
  expect(open.port("out").read()).toBe(1);
});
