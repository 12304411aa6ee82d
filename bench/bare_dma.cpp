// Transfers of the registers as somebody would write them in C++ against the controller alone: an AXI4-Lite master, an AXI4
// memory that answers a read one cycle after its address, the interrupt. `bare_dma LENGTH TIMES` prints the microseconds of
// CPU time of a transfer.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>

#include "Vdma.h"
#include "verilated.h"

namespace {
constexpr uint64_t AT = 0x10000;

double seconds() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Burst {
  uint64_t address;
  unsigned beats;
  unsigned id;
};

struct Bench {
  Vdma top;
  uint8_t memory[1 << 20];
  std::deque<Burst> reads;

  Bench() {
    for (size_t i = 0; i < sizeof memory; i++) memory[i] = static_cast<uint8_t>(i * 37 + (i >> 8));
    top.clk = 0;
    top.rst = 1;
    top.s_axil_bready = top.s_axil_rready = top.m_axi_arready = 1;
    for (int i = 0; i < 4; i++) cycle();
    top.rst = 0;
    cycle();
  }
  // One edge; the memory sees what was offered before it and answers after it.
  void cycle() {
    const bool asked = top.m_axi_arvalid && !top.rst;
    const bool taken = top.m_axi_rvalid && top.m_axi_rready;
    const Burst burst{top.m_axi_araddr & ~7ULL, top.m_axi_arlen + 1U, top.m_axi_arid};
    top.clk = 1;
    top.eval();
    if (taken) {
      reads.front().address += 8;
      if (--reads.front().beats == 0) reads.pop_front();
    }
    if (asked) reads.push_back(burst);
    top.m_axi_rvalid = !reads.empty();
    if (!reads.empty()) {
      const Burst& first = reads.front();
      uint64_t word;
      memcpy(&word, memory + (first.address & (sizeof memory - 1)), sizeof word);
      top.m_axi_rdata = word;
      top.m_axi_rid = first.id;
      top.m_axi_rlast = first.beats == 1;
    }
    top.clk = 0;
    top.eval();
  }
  void write(uint32_t address, uint32_t value) {
    top.s_axil_awaddr = address;
    top.s_axil_wdata = value;
    top.s_axil_wstrb = 15;
    top.s_axil_awvalid = top.s_axil_wvalid = 1;
    top.eval();
    while (!top.s_axil_awready || !top.s_axil_wready) cycle();
    cycle();
    top.s_axil_awvalid = top.s_axil_wvalid = 0;
    while (!top.s_axil_bvalid) cycle();
    cycle();
  }
  uint32_t read(uint32_t address) {
    top.s_axil_araddr = address;
    top.s_axil_arvalid = 1;
    top.eval();
    while (!top.s_axil_arready) cycle();
    cycle();
    top.s_axil_arvalid = 0;
    while (!top.s_axil_rvalid) cycle();
    const uint32_t value = top.s_axil_rdata;
    cycle();
    return value;
  }
  void transfer(uint32_t length) {
    write(0x108, AT);
    write(0x10c, 0);
    write(0x110, 0);
    write(0x114, length);
    write(0x100, 1);
    while (!top.irq) cycle();
    if (read(0x104) != 2) {
      fprintf(stderr, "the transfer failed\n");
      exit(1);
    }
    write(0x20, 0xffffffff);
  }
};
}  // namespace

int main(int, char** argv) {
  const uint32_t length = static_cast<uint32_t>(atoi(argv[1]));
  const int times = atoi(argv[2]);
  static Bench bench;
  bench.write(0x1c, 1);
  bench.write(0x24, 0xffffffff);
  bench.transfer(length);
  const double start = seconds();
  for (int n = 0; n < times; n++) bench.transfer(length);
  printf("%f\n", (seconds() - start) * 1e6 / times);
}
