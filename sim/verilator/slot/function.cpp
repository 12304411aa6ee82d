#include "function.h"

#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>

Function::Function(Slot& slot, DmaMap& memory, const FunctionSettings& settings)
    : slot_(slot), memory_(memory), settings_(settings), config_(settings) {
  // A table entry has 16 bytes, and a vector a pending bit.
  if (settings.tableOffset != 0) table_.resize(16 * settings.vectors + 8);
}

Function::~Function() {
  for (uint32_t index = 0; index < INDEXES; ++index) disconnect(index);
}

uint64_t Function::lengthOf(uint32_t region) const {
  if (region == BAR_0) return settings_.barBytes;
  return region == CONFIG ? ConfigSpace::BYTES : 0;
}

uint32_t Function::vectorsOf(uint32_t index) const {
  if (index == MSI) return config_.messages();
  return index == MSIX && !table_.empty() ? settings_.vectors : 0;
}

bool Function::isInTable(uint64_t offset, uint32_t count) const {
  return !table_.empty() && offset >= settings_.tableOffset && offset + count <= settings_.tableOffset + table_.size();
}

bool Function::read(uint32_t region, uint64_t offset, uint8_t* bytes, uint32_t count) {
  // What nobody answers reads as ones.
  memset(bytes, 0xff, count);
  if (isPulled_) return true;
  if (region == CONFIG) {
    pushPosted();
    for (uint32_t at = 0; at < count; ++at) bytes[at] = config_.read(static_cast<uint32_t>(offset) + at);
    return true;
  }
  if (!config_.isMemoryEnabled()) return true;
  if (isInTable(offset, count)) {
    memcpy(bytes, table_.data() + (offset - settings_.tableOffset), count);
    return true;
  }
  ++counts_.reads;
  if (count != 4 || offset % 4 != 0) ++counts_.odd;
  for (uint32_t at = 0; at < count;) {
    const uint32_t lane = static_cast<uint32_t>(offset + at) % 4;
    const uint32_t part = std::min(4 - lane, count - at);
    const bool isPosted = slot_.post(Access::read, static_cast<uint32_t>(offset + at) - lane, 0, LIMIT_CYCLES);
    if (!isPosted || !slot_.finish(LIMIT_CYCLES)) return false;
    const uint32_t value = slot_.lastRead() >> (8 * lane);
    memcpy(bytes + at, &value, part);
    at += part;
  }
  return true;
}

void Function::write(uint32_t region, uint64_t offset, const uint8_t* bytes, uint32_t count) {
  if (isPulled_) return;
  if (region == CONFIG) {
    pushPosted();
    if (config_.write(static_cast<uint32_t>(offset), bytes, count)) reset();
    applyCommand();
    return;
  }
  if (!config_.isMemoryEnabled()) return;
  if (isInTable(offset, count)) {
    memcpy(table_.data() + (offset - settings_.tableOffset), bytes, count);
    return;
  }
  ++counts_.writes;
  if (count != 4 || offset % 4 != 0) ++counts_.odd;
  // The registers have no byte strobes: a narrower access writes zeros beside it.
  for (uint32_t at = 0; at < count;) {
    const uint32_t lane = static_cast<uint32_t>(offset + at) % 4;
    const uint32_t part = std::min(4 - lane, count - at);
    uint32_t value = 0;
    memcpy(&value, bytes + at, part);
    slot_.post(Access::write, static_cast<uint32_t>(offset + at) - lane, value << (8 * lane), LIMIT_CYCLES);
    at += part;
  }
}

// An access of configuration space is not posted: it pushes ahead what is. A device that does not answer has no part in it.
void Function::pushPosted() { slot_.finish(LIMIT_CYCLES); }

void Function::connect(uint32_t index, uint32_t start, const std::vector<int>& events) {
  std::vector<int>& own = events_[index];
  if (own.size() < start + events.size()) own.resize(start + events.size(), -1);
  for (std::size_t at = 0; at < events.size(); ++at) {
    int& place = own[start + at];
    if (place >= 0) close(place);
    place = events[at];
  }
}

void Function::disconnect(uint32_t index) {
  for (const int event : events_[index])
    if (event >= 0) close(event);
  events_[index].clear();
}

// Mappings and eventfds are the client's, and stay.
void Function::reset() {
  config_.reset();
  std::fill(table_.begin(), table_.end(), uint8_t{0});
  applyCommand();
  slot_.reset();
}

void Function::powerUp() {
  config_.reset();
  std::fill(table_.begin(), table_.end(), uint8_t{0});
  applyCommand();
  counts_ = {};
}

void Function::pull() {
  isPulled_ = true;
  applyCommand();
}

void Function::applyCommand() { memory_.enable(config_.isBusMaster() && !isPulled_); }

// A message is a write of the function's: without the bus-master bit there is none.
void Function::risen(uint32_t line, uint32_t count) {
  if (isPulled_ || !config_.isBusMaster()) return;
  const std::vector<int>& own = events_[MSIX].empty() ? events_[MSI] : events_[MSIX];
  if (line >= own.size() || own[line] < 0) return;
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  messageNs_ = static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
  // The counter is the client's: a full one would hold up the slot. It takes 1 whenever it can be written at all.
  const uint64_t one = 1;
  pollfd room = {own[line], POLLOUT, 0};
  for (uint32_t at = 0; at < count && poll(&room, 1, 0) > 0 && (room.revents & POLLOUT) != 0; ++at)
    if (::write(own[line], &one, sizeof one) < 0) return;
}
