/** Advice by error code; messages themselves only say what happened. */
const hints: Readonly<Record<string, string>> = {
  E_PROTOCOL: "record it with --waves on-failure and look at the cycle that the message names",
  E_STALL:
    "harness.stallLimit of the target is how long a transfer may wait for the device; 0 is for ever, where waiting is right",
  E_WINDOW: "compare the address with the elements of the scatter/gather list that the channel was given",
  E_BUFFER_FREED: "free a buffer after its last use: a transfer uses it until its promise is settled",
  E_DATA: "the first wrong byte usually shows which beat or strobe went wrong",
  E_TRANSFER_TIMEOUT:
    "the device never raised its interrupt: record it with --waves on-failure, and look at what crossed the link last",
  E_UNSUPPORTED_CONSTRUCT:
    'write it another way, or, where the message says that it may take it, give a target engine: "verilator" (hilt doctor shows whether it is installed)',
  E_NO_SIGNAL:
    "names are paths below the top, such as device.h2c_channel.busy; * stands for a part, ** for several",
  E_UNKNOWN_SIGNAL:
    "names are paths below the harness, such as device.h2c_channel.busy, of what the patterns in signals of the target keep",
  E_CACHE:
    "make room on the disk (hilt cache clean deletes the models of this project), or run where you may write",
  E_BUILD: "look at the place that the message names, or at files, top and ports of the target's device",
  E_BENCH_FILE: 'a bench is TypeScript, imports { expect, test } from "hilt", and has a test at least',
  E_TEST_TIMEOUT:
    "--timeout gives tests more time; a wait for the device has a limit of its own in device time",
  E_WORKER_LOST:
    "run it alone, with --jobs 1, and look at the system's log for the killer of processes that use up memory",
  E_MODEL_STALLED:
    "look for a loop in the Verilog that does not end; what crossed the link last says what the device was at",
  E_MODEL_CRASHED:
    "C++ functions that the Verilog calls are the first to look at; --waves on keeps the waves up to the crash",
  E_FOLDER_NAME:
    "rename the file or the folder; hilt run takes any name for the project's folder and those above it",
  E_NO_DEVICE: 'import { test } from "hilt", not from "vitest"',
  E_JOURNAL_FORMAT: "hilt run names the journal of each test that failed; a newer one needs a newer hilt",
  E_JOURNAL_DAMAGED:
    "the entries before that place are good; with --journal whole it has no end while its test runs, or when hilt was killed",
  E_DISK:
    "make room on the disk of the project and on that of temporary files (TMPDIR), or in your quota of it; ulimit -f limits the size of a file",
  E_SYSTEM_CALL: "a file that is locked must be in a file system that has locks, as local ones do",
  E_SERIAL_PORT:
    "ls -l /dev/serial/by-id shows the ports, and fuser -v a port who has it; on Debian those in the group dialout may open them",
  E_NO_BOARD: "look at the port, the baud rate, the board's power and its bitstream",
  E_NOISY_LINE:
    "a shorter cable, a common ground, another adapter, or a lower baud rate in the board and in baudRate of the target",
  E_BOARD_MISMATCH: "hilt boards build makes the bitstream of these sources; load it, or correct the target",
  E_NO_CARD: "lspci -nn shows the functions of this computer, each with its address and its identifiers",
  E_CARD_SETUP: "hilt doctor shows the IOMMU, what has the card, and permissions; docs/pcie.md explains them",
  E_CARD_BUSY: "sudo fuser -v on the file that the message names shows which process has the card",
  E_CARD_RESET: "docs/pcie.md has the ways to reset a card",
  E_PIN_LIMIT: "docs/troubleshooting.md says how the limit is raised",
  E_COMMAND_LINE: "hilt --help shows commands and options",
  E_BITSTREAM:
    "the logs of the tools lie in .hilt/boards; device in board.yaml sets the size of the controller",
  E_BOARD_FILE: "docs/boards.md has the keys of a board.yaml",
  E_UNKNOWN_BOARD: "hilt boards lists them; a project has its own in boards/",
  E_BOARD_STATE: "hilt boards shows which virtual boards run",
  E_BOARD_LOCKED:
    "wait for that process, or end it; fuser -v on the lock finds one that does not say which it is",
  E_BOARD_STANDS_STILL:
    "pgrep -af name=virtual- finds its process: one that was stopped goes on with kill -CONT; or end it, and hilt boards start begins anew",
  E_VIRTUAL_BOARD:
    "the last line that its process has printed is in the message; hilt boards shows which run; XDG_RUNTIME_DIR chooses where their sockets are, and TMPDIR where that of a run is",
  E_SLOT:
    "the last line that its process has printed is in the message; TMPDIR chooses where its sockets are",
  E_SIMULATOR_PROCESS:
    "what the process has printed last is in the message; hilt doctor shows what is installed",
  E_COCOTB_CODE: "the traceback of Python is in the message",
  E_COCOTB_PAIR:
    "docs/cocotb.md says which cocotb works with which simulator; hilt doctor shows what is installed",
  E_TOOL_LIMIT: "buildLimitSeconds of the target gives a build more time",
  E_TOOL: "hilt doctor shows what is installed",
};

/** `tool` is the program whose message the error has. */
export function hintFor(code: string, tool?: string): string | undefined {
  const hint = hints[code];
  return tool === undefined || hint === undefined ? hint : `the message is that of ${tool}: ${hint}`;
}
