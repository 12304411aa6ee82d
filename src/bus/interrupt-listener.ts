/**
 * One asker for one interrupt of the device, its vector. A rise of the line meets every wait for it that is parked then;
 * those for other vectors are not touched.
 *
 * A latch begins when the listener is made (`Link.listen`) and ends with each wait that yields true. Where
 * `traits.interrupts` is `level`, a wait yields true when the line is high, or rises while it waits. Where it is
 * `message`, also when the line has risen since the last wait that yielded true; so it may be true for nothing.
 * A driver services causes until its status reads 0: a message does not come again while the line stays high.
 */
export interface InterruptListener {
  /**
   * True as soon as there is an interrupt, after what was posted before has been done; false when there was none within
   * `limitCycles` of the link's clock, or when `signal` is aborted. Rejects when the link can do no more.
   */
  wait(limitCycles: number, signal?: AbortSignal): Promise<boolean>;
}
