import { startEcho } from "./echo-board.ts";

/** A program that has a virtual board and is ended by force. */
const { pid, port } = await startEcho();
process.stdout.write(`${JSON.stringify({ pid, port })}\n`);
setInterval(() => {}, 1_000);
