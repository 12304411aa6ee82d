import { Random } from "../../../src/core/random.ts";
import type { DownMessage } from "../../../src/wire/message.ts";
import { AxiDevice } from "./axi-device.ts";
import { MemoryServer, type MemoryServerOptions } from "./memory-server.ts";
import { openBoard, SimulatedBoard } from "./simulated-board.ts";

export interface Tunnel {
  readonly board: SimulatedBoard;
  readonly device: AxiDevice;
  /** Messages about memory, as they came. */
  readonly messages: DownMessage[];
  /** Bytes of the board's stream, as they came. */
  readonly stream: number[];
}

export interface TunnelOptions extends Partial<Pick<MemoryServerOptions, "statusAt" | "isCut">> {
  readonly dataWidth?: 32 | 64;
  readonly random?: Random;
  readonly parameters?: Readonly<Record<string, number>>;
  /** The line is one of bits, so many cycles each. */
  readonly cyclesPerBit?: number;
  /** The host leaves accesses of memory unanswered. */
  readonly isDeaf?: boolean;
}

/** The bridge alone with a device of the test's on its ports, and a session that has begun. */
export async function openTunnel(options: TunnelOptions = {}): Promise<Tunnel> {
  const {
    dataWidth = 64,
    random = new Random(1n),
    statusAt = () => 0,
    isCut = false,
    cyclesPerBit,
  } = options;
  // The times of a session are of a board with 12 MHz and 3 Mbaud; a line of bytes has less to simulate in them.
  const clockHz = cyclesPerBit === undefined ? 500_000 : 12_000_000;
  const simulation = await openBoard("bridge", [], {
    ...{ LINE_W: cyclesPerBit === undefined ? 9 : 1, CLOCK_HZ: clockHz, DATA_W: dataWidth },
    ...options.parameters,
  });
  const device = new AxiDevice(simulation, random.fork("device"));
  const messages: DownMessage[] = [];
  const stream: number[] = [];
  const server = new MemoryServer({ wordBytes: dataWidth / 8, random: random.fork("host"), statusAt, isCut });
  const board: SimulatedBoard = new SimulatedBoard(simulation, {
    cyclesPerByte: 4,
    clockHz,
    ...(cyclesPerBit === undefined ? {} : { cyclesPerBit }),
    eachCycle: () => device.cycle(),
    onStream: (bytes) => stream.push(...bytes),
    onMessage: (message) => {
      messages.push(message);
      if (options.isDeaf !== true) server.serve(board, message);
    },
  });
  for (let at = 0; at < board.memory.length; at++) board.memory[at] = random.integer(0, 255);
  await board.begin();
  return { board, device, messages, stream };
}
