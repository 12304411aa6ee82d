import { MessageChannel } from "node:worker_threads";

/** Where a buffer goes that nobody needs: it is given away at once, and no collection is waited for. */
const { port1: nowhere, port2 } = new MessageChannel();
port2.close();

/**
 * V8 counts the bytes outside its heap from the fewest that there were since it last collected everything, and collects
 * everything again when too many have come. A memory of `bytes` that ends and begins again in `work` would count as new
 * each time; while as many others are there the count does not fall, and nothing seems to come.
 */
export async function countedSteadily<T>(bytes: number, work: () => Promise<T>): Promise<T> {
  const ballast = new ArrayBuffer(bytes);
  try {
    return await work();
  } finally {
    nowhere.postMessage(ballast, [ballast]);
  }
}
