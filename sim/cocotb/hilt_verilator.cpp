// The program round a model of hilt_cocotb made by Verilator, in the place of cocotb's own: it makes the clock, too. A cycle
// that nobody but the design looks at costs two evaluations then. In Verilog it costs two delays, and two looks for whoever
// waits in Python.
#include <algorithm>
#include <cstdint>
#include <memory>

#include "Vtop.h"
#include "Vtop___024root.h"
#include "verilated.h"
#include "verilated_vpi.h"

namespace {

constexpr std::uint64_t NEVER = ~std::uint64_t{0};
constexpr int HALF_CYCLE_NS = 5;

class Simulation {
public:
  Simulation() : context(*Verilated::threadContextp()), top(new Vtop("")), harness(*top->rootp) {
    // A nanosecond is 10 to the power of -9 seconds.
    for (int power = context.timeprecision(); power < -9; ++power) halfCycle *= 10;
  }

  void run() {
    slot();
    while (!context.gotFinish()) {
      if (harness.hilt_cocotb__DOT__cycles != 0) {
        takeCycles();
      } else {
        const std::uint64_t next = nextEvent();
        // Nobody waits for anything.
        if (next == NEVER) break;
        passTo(next);
      }
    }
    top->final();
  }

private:
  VerilatedContext& context;
  std::unique_ptr<Vtop> top;
  Vtop___024root& harness;
  // In what the simulation counts time in.
  std::uint64_t halfCycle = HALF_CYCLE_NS;

  // As many as the harness asks for, fewer if `stop` holds before an edge.
  void takeCycles() {
    const bool isWatched = harness.hilt_cocotb__DOT__beside != 0;
    while (harness.hilt_cocotb__DOT__cycles != 0 && harness.hilt_cocotb__DOT__stop == 0 && !context.gotFinish()) {
      edge(1, isWatched);
      edge(0, isWatched);
      --harness.hilt_cocotb__DOT__cycles;
    }
    if (context.gotFinish()) return;
    harness.hilt_cocotb__DOT__cycles = 0;
    harness.hilt_cocotb__DOT__ran ^= 1;
    slot();
  }

  void edge(CData level, bool isWatched) {
    const std::uint64_t at = context.time() + halfCycle;
    for (std::uint64_t next = nextEvent(isWatched); next < at; next = nextEvent(isWatched)) passTo(next, isWatched);
    harness.hilt_cocotb__DOT__clk = level;
    passTo(at, isWatched);
  }

  std::uint64_t nextEvent(bool isWatched = true) {
    const std::uint64_t ofDesign = top->eventsPending() ? top->nextTimeSlot() : NEVER;
    return isWatched ? std::min<std::uint64_t>(ofDesign, VerilatedVpi::cbNextDeadline()) : ofDesign;
  }

  void passTo(std::uint64_t time, bool isWatched = true) {
    context.time(time);
    if (!isWatched) {
      top->eval_step();
      return;
    }
    VerilatedVpi::callCbs(cbNextSimTime);
    settle();
    VerilatedVpi::callTimedCbs();
    settle();
    slot();
  }

  // All that happens at one time, with Python's part in it.
  void slot() {
    do {
      do {
        top->eval_step();
        VerilatedVpi::clearEvalNeeded();
        VerilatedVpi::doInertialPuts();
        settle();
      } while (VerilatedVpi::evalNeeded());
      VerilatedVpi::callCbs(cbReadWriteSynch);
      VerilatedVpi::doInertialPuts();
      settle();
    } while (VerilatedVpi::evalNeeded());
    top->eval_end_step();
    VerilatedVpi::callCbs(cbReadOnlySynch);
  }

  // Who hears of a change may make others.
  static void settle() {
    while (VerilatedVpi::callValueCbs()) {}
  }
};

}  // namespace

// Of cocotb.
extern "C" void vlog_startup_routines_bootstrap();

int main(int argc, char** argv) {
  Verilated::commandArgs(argc, argv);
  // Otherwise an unknown system task ends the simulation.
  Verilated::fatalOnVpiError(false);
  Simulation simulation;
  vlog_startup_routines_bootstrap();
  const auto end = [](void*) { VerilatedVpi::callCbs(cbEndOfSimulation); };
  Verilated::addExitCb(end, nullptr);
  VerilatedVpi::callCbs(cbStartOfSimulation);
  while (VerilatedVpi::callValueCbs()) {}
  simulation.run();
  end(nullptr);
  return Verilated::threadContextp()->errorCount() > 0 ? 1 : 0;
}
