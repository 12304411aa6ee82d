#include "config_space.h"

// Offsets and bits: PCI Local Bus Specification 3.0, chapter 6; PCI Express Base Specification 3.0, chapter 7.
static constexpr uint32_t MSI = 0x40;
static constexpr uint32_t EXPRESS = 0x60;
static constexpr uint32_t MSIX = 0xa0;
static constexpr uint32_t DEVICE_CONTROL = EXPRESS + 8;

ConfigSpace::ConfigSpace(const FunctionSettings& settings) : settings_(settings) { reset(); }

void ConfigSpace::put(uint32_t offset, uint32_t value, uint32_t count) {
  for (uint32_t at = 0; at < count; ++at) bytes_[offset + at] = static_cast<uint8_t>(value >> (8 * at));
}

void ConfigSpace::allow(uint32_t offset, uint32_t mask, uint32_t count) {
  for (uint32_t at = 0; at < count; ++at) writable_[offset + at] = static_cast<uint8_t>(mask >> (8 * at));
}

void ConfigSpace::reset() {
  bytes_.fill(0);
  writable_.fill(0);
  put(0x00, settings_.vendor, 2);
  put(0x02, settings_.device, 2);
  // Memory space, bus master, interrupts by a line off.
  allow(0x04, 0x0406, 2);
  // There are capabilities.
  put(0x06, 0x0010, 2);
  // A system peripheral of no further kind.
  put(0x09, 0x088000, 3);
  allow(0x0c, 0xff, 1);
  const uint64_t mask = ~(settings_.barBytes - 1);
  put(0x10, settings_.isWide ? 4 : 0, 4);
  allow(0x10, static_cast<uint32_t>(mask) & ~0xfu, 4);
  if (settings_.isWide) allow(0x14, static_cast<uint32_t>(mask >> 32), 4);
  put(0x2c, settings_.vendor, 2);
  put(0x2e, 1, 2);
  put(0x34, MSI, 1);
  allow(0x3c, 0xff, 1);
  uint32_t log2 = 0;
  while ((1u << log2) < settings_.vectors) ++log2;
  // MSI with addresses of 64 bits.
  put(MSI, 0x05 | EXPRESS << 8, 2);
  put(MSI + 2, 0x0080 | log2 << 1, 2);
  allow(MSI + 2, 0x0071, 2);
  allow(MSI + 4, 0xfffffffc, 4);
  allow(MSI + 8, 0xffffffff, 4);
  allow(MSI + 12, 0xffff, 2);
  // PCI Express, version 2, an endpoint; function-level reset.
  const uint32_t after = settings_.tableOffset == 0 ? 0 : MSIX;
  put(EXPRESS, 0x10 | after << 8, 2);
  put(EXPRESS + 2, 0x0002, 2);
  put(EXPRESS + 4, 1u << 28, 4);
  allow(DEVICE_CONTROL, 0x78ff, 2);
  put(EXPRESS + 12, 0x00000411, 4);
  put(EXPRESS + 18, 0x0011, 2);
  if (after == 0) return;
  put(MSIX, 0x11, 2);
  put(MSIX + 2, settings_.vectors - 1, 2);
  allow(MSIX + 2, 0xc000, 2);
  put(MSIX + 4, settings_.tableOffset, 4);
  put(MSIX + 8, settings_.tableOffset + 16 * settings_.vectors, 4);
}

bool ConfigSpace::write(uint32_t offset, const uint8_t* bytes, uint32_t count) {
  bool isResetAsked = false;
  for (uint32_t at = 0; at < count; ++at) {
    const uint32_t place = offset + at;
    // Its bit reads as 0.
    if (place == DEVICE_CONTROL + 1 && (bytes[at] & 0x80) != 0) isResetAsked = true;
    bytes_[place] = static_cast<uint8_t>((bytes_[place] & ~writable_[place]) | (bytes[at] & writable_[place]));
  }
  return isResetAsked;
}
