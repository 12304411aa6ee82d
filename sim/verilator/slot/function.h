// The PCI function: configuration space, BAR 0 and interrupts in front of the device.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>
#include "config_space.h"
#include "dma_map.h"
#include "slot.h"

// What a client has done, for tests of clients.
struct AccessCounts {
  uint64_t reads = 0;
  uint64_t writes = 0;
  // Of BAR 0, and not one access of 32 bits at a multiple of 4.
  uint64_t odd = 0;
};

class Function {
 public:
  enum Index : uint32_t { INTX = 0, MSI = 1, MSIX = 2, INDEXES = 5 };
  enum Region : uint32_t { BAR_0 = 0, CONFIG = 7, REGIONS = 9 };
  // A register access that makes no progress for so long will never be answered.
  static constexpr uint64_t LIMIT_CYCLES = 10000;

  Function(Slot& slot, DmaMap& memory, const FunctionSettings& settings);
  ~Function();

  uint64_t lengthOf(uint32_t region) const;
  // Of MSI as many as its capability says: a power of two.
  uint32_t vectorsOf(uint32_t index) const;
  // False: the device has not answered.
  bool read(uint32_t region, uint64_t offset, uint8_t* bytes, uint32_t count);
  void write(uint32_t region, uint64_t offset, const uint8_t* bytes, uint32_t count);
  // Whose eventfds are called from vector `start` on; -1 for one that is not. It owns them from now on.
  void connect(uint32_t index, uint32_t start, const std::vector<int>& events);
  void disconnect(uint32_t index);
  void reset();
  // As after power-up of the device.
  void powerUp();
  // Out of the slot, for good: it reads as ones, and neither takes nor does anything.
  void pull();
  const AccessCounts& counts() const { return counts_; }
  // When the last message went, by the monotonic clock of the computer; 0: there was none.
  uint64_t messageNs() const { return messageNs_; }
  void risen(uint32_t line, uint32_t count);

 private:
  bool isInTable(uint64_t offset, uint32_t count) const;
  void applyCommand();
  void pushPosted();

  Slot& slot_;
  DmaMap& memory_;
  FunctionSettings settings_;
  ConfigSpace config_;
  AccessCounts counts_;
  uint64_t messageNs_ = 0;
  bool isPulled_ = false;
  std::vector<uint8_t> table_;
  // Eventfds by vector, of MSI and of MSI-X.
  std::vector<int> events_[INDEXES];
};
