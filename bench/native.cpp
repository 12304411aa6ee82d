// The same transfers as bench/verilator.ts, as somebody would write them in C++ against the harness, with eval() for each
// edge of the clock: what a crossing into the library, promises, events and the layers above cost is what this loop does
// not pay. With `isOurs` it steps the clock as hilt does. Compiled into the model.
#include "model.h"
#include "Vmodel___024root.h"

namespace {
constexpr uint64_t WRITE = 1ULL << 62;
constexpr uint64_t READ = 2ULL << 62;

struct Host {
  Model& model;
  Vmodel& top;
  Vmodel___024root& root;
  unsigned tail;
  const bool isOurs;

  Host(Model& one, bool ours)
      : model(one), top(*one.top), root(*one.top->rootp), tail(one.top->host_command_tail), isOurs(ours) {}

  void post(uint64_t operation, uint32_t address, uint32_t value) {
    root.hilt_harness__DOT__commands__DOT__command[tail % 256] = operation | (static_cast<uint64_t>(address) << 32) | value;
    tail = (tail + 1) % 512;
    top.host_command_tail = tail;
  }
  void run(unsigned stops) {
    top.host_stop_mask = stops;
    do {
      top.host_event_tail = top.event_head;
      if (isOurs) model.run(1000000);
      else untilStopped();
    } while ((top.stop_cause & stops) == 0);
    top.host_irq_seen = top.irq_rises;
  }
  void untilStopped() {
    top.eval();
    while (!top.stop) {
      top.clk = 1;
      top.eval();
      top.clk = 0;
      top.eval();
    }
  }
  uint32_t read(uint32_t address) {
    const unsigned at = tail % 256;
    post(READ, address, 0);
    run(1);
    return static_cast<uint32_t>(root.hilt_harness__DOT__commands__DOT__response[at]);
  }
};
}  // namespace

// Host-to-card transfers in register mode, each awaited; 0 when all ended well.
extern "C" __attribute__((visibility("default"))) int hilt_native_transfers(void* handle, uint64_t address,
                                                                             uint32_t length, uint32_t count,
                                                                             bool isOurs) {
  Host host(*static_cast<Model*>(handle), isOurs);
  for (uint32_t n = 0; n < count; n++) {
    host.post(WRITE, 0x108, static_cast<uint32_t>(address));
    host.post(WRITE, 0x10c, static_cast<uint32_t>(address >> 32));
    host.post(WRITE, 0x110, 0);
    host.post(WRITE, 0x114, length);
    host.post(WRITE, 0x100, 1);
    host.run(2);
    if ((host.read(0x104) & 5) != 0) return 1;
    host.post(WRITE, 0x20, 0xffffffff);
    host.run(1);
  }
  return 0;
}

extern "C" __attribute__((visibility("default"))) uint32_t hilt_native_reads(void* handle, uint32_t count,
                                                                              bool isOurs) {
  Host host(*static_cast<Model*>(handle), isOurs);
  uint32_t all = 0;
  for (uint32_t n = 0; n < count; n++) all ^= host.read(0);
  return all;
}
