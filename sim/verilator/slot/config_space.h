// The configuration space of the function: a type 0 header with BAR 0, and capabilities for MSI, MSI-X and PCI Express.
#pragma once

#include <array>
#include <cstdint>

struct FunctionSettings {
  uint16_t vendor = 0x1234;
  uint16_t device = 0x11e9;
  // Of BAR 0: a power of two, at least 4096.
  uint64_t barBytes = 4096;
  // BAR 0 is one of 64 bits, and has the number 1 for its upper half.
  bool isWide = true;
  // Where the MSI-X table and its pending bits lie in BAR 0; 0: there is no MSI-X.
  uint32_t tableOffset = 0;
  uint32_t vectors = 1;
};

class ConfigSpace {
 public:
  static constexpr uint32_t BYTES = 4096;

  explicit ConfigSpace(const FunctionSettings& settings);

  // As after a reset.
  void reset();
  uint8_t read(uint32_t offset) const { return bytes_[offset]; }
  // True when a function-level reset is asked for.
  bool write(uint32_t offset, const uint8_t* bytes, uint32_t count);

  // Vectors of MSI.
  uint32_t messages() const { return 1u << (bytes_[0x42] >> 1 & 7); }
  bool isMemoryEnabled() const { return (bytes_[0x04] & 2) != 0; }
  bool isBusMaster() const { return (bytes_[0x04] & 4) != 0; }

 private:
  void put(uint32_t offset, uint32_t value, uint32_t count);
  // Bits of bytes from `offset` on that a write changes.
  void allow(uint32_t offset, uint32_t mask, uint32_t count);

  FunctionSettings settings_;
  std::array<uint8_t, BYTES> bytes_{};
  std::array<uint8_t, BYTES> writable_{};
};
