// Numbers in the payloads of messages, little-endian.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

inline void putTo(std::vector<uint8_t>& bytes, uint64_t value, unsigned count) {
  for (unsigned at = 0; at < count; ++at) bytes.push_back(static_cast<uint8_t>(value >> (8 * at)));
}

inline uint64_t payloadAt(const std::vector<uint8_t>& bytes, std::size_t at, unsigned count) {
  if (at + count > bytes.size()) throw std::invalid_argument("the request is too short");
  uint64_t value = 0;
  for (unsigned index = 0; index < count; ++index) value |= static_cast<uint64_t>(bytes[at + index]) << (8 * index);
  return value;
}
