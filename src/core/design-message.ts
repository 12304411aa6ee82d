/** `$display`, `$finish`, `$fatal` and the like, or an assertion that failed (`cover`: that was met). */
export interface DesignMessage {
  readonly kind:
    | "display"
    | "finish"
    | "stop"
    | "fatal"
    | "error"
    | "warning"
    | "info"
    | "assert"
    | "assume"
    | "cover";
  readonly text: string;
  /** Source file and line. */
  readonly place: string;
  readonly cycle: number;
}
