/**
 * The design's insides, by hierarchical name with dots between the scopes, such as `device.h2c_channel.busy`. Time stands still
 * while one looks: no cycle passes, and nothing that the device does changes.
 */
export interface SignalAccess {
  /** Every name that `read` takes. */
  readonly names: readonly string[];
  /**
   * What the signal is worth just before the next edge of the clock, unsigned: what that edge takes. A register access
   * that is posted counts once it has been done: await something first. Throws `UnknownSignalError` for a name that is
   * none, and the link's own error when it can do no more.
   */
  read(name: string): bigint;
}
