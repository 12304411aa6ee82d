import koffi from "koffi";

/**
 * Calls `onReadable` on the event loop whenever `descriptor` has something to read: whoever is called takes it, without
 * waiting. The process does not live on for it. A thread of the pool is not held, and `process.exit` is not held up.
 */
export function watchReadable(descriptor: number, onReadable: () => void): Disposable {
  const handle = koffi.node.poll(descriptor, { readable: true }, () => onReadable());
  handle.unref();
  return {
    [Symbol.dispose]: () => {
      handle.stop();
      handle.close();
    },
  };
}
