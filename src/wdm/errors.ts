import { type Blame, HiltError } from "../core/errors.ts";
import { statusName } from "./constants.ts";

/** A routine of the DMA adapter refused. */
export class AdapterStatusError extends HiltError {
  readonly code = "E_ADAPTER_STATUS";
  readonly blame: Blame = "product";
  readonly routine: string;
  /** NTSTATUS. */
  readonly status: number;

  constructor(routine: string, status: number) {
    super(`${routine} returned ${statusName(status)}`);
    this.routine = routine;
    this.status = status;
  }
}
