#include "adapter.h"

uint64_t Chance::next() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return state_ * 0x2545f4914f6cdd1du;
}

bool Chance::isMet(uint32_t share) { return share > 0 && next() % 1000000000u < share; }

uint32_t Chance::flips(uint32_t share) {
  if (share == 0) return 0;
  uint32_t bits = 0;
  for (int bit = 0; bit < 10; ++bit) bits |= static_cast<uint32_t>(isMet(share)) << bit;
  return bits;
}

void Adapter::disturb(const Disturbances& disturbances) {
  set_ = disturbances;
  up_ = Chance(set_.seed);
  down_ = Chance(~static_cast<uint64_t>(set_.seed));
}

static uint32_t frameOf(uint8_t byte) { return 0x200u | static_cast<uint32_t>(byte) << 1; }

uint32_t Adapter::flipsOf(Chance& chance, bool isDisturbed) {
  const uint32_t flips = isDisturbed ? chance.flips(set_.bitErrors) : 0;
  counts_.flippedBits += static_cast<uint64_t>(__builtin_popcount(flips));
  return flips;
}

void Adapter::fromHost(const uint8_t* bytes, std::size_t count) {
  for (std::size_t at = 0; at < count; ++at) {
    if (set_.up && up_.isMet(set_.garbage)) {
      ++counts_.inserted;
      toBoard_.push_back(frameOf(static_cast<uint8_t>(up_.next())));
    }
    if (set_.up && up_.isMet(set_.lost)) {
      ++counts_.lost;
    } else {
      toBoard_.push_back(frameOf(bytes[at]) ^ flipsOf(up_, set_.up));
    }
  }
}

uint32_t Adapter::takeFrame() {
  const uint32_t frame = toBoard_.front();
  toBoard_.pop_front();
  ++counts_.up;
  return frame;
}

uint32_t Adapter::noise() { return flipsOf(down_, set_.down); }

// As a tty with IGNPAR has it: a character without a stop bit is dropped without a word.
void Adapter::fromBoard(uint8_t byte, bool hasStop, uint64_t cycle) {
  ++counts_.down;
  if (set_.down && down_.isMet(set_.garbage)) {
    ++counts_.inserted;
    receive(static_cast<uint8_t>(down_.next()), cycle);
  }
  if (!hasStop) {
    ++counts_.framingErrors;
  } else if (set_.down && down_.isMet(set_.lost)) {
    ++counts_.lost;
  } else {
    receive(byte, cycle);
  }
}

void Adapter::receive(uint8_t byte, uint64_t cycle) {
  if (set_.bufferBytes != 0 && pending_.size() + ready_.size() >= set_.bufferBytes) {
    ++counts_.overflowed;
    return;
  }
  if (pending_.empty() || set_.isFromLast) latencyFrom_ = cycle;
  pending_.push_back(byte);
}

uint64_t Adapter::dueAt() const {
  if (pending_.empty()) return UINT64_MAX;
  return pending_.size() >= set_.packetBytes ? 0 : latencyFrom_ + set_.latencyCycles;
}

const std::vector<uint8_t>& Adapter::ready(uint64_t cycle) {
  if (cycle >= dueAt()) {
    ready_.insert(ready_.end(), pending_.begin(), pending_.end());
    pending_.clear();
  }
  return ready_;
}

void Adapter::taken(std::size_t count) {
  ready_.erase(ready_.begin(), ready_.begin() + static_cast<std::ptrdiff_t>(count));
}

void Adapter::drop() {
  toBoard_.clear();
  pending_.clear();
  ready_.clear();
}
