// What is to happen to the board in cycles of its own that were asked for: the same in each run, however fast the host is.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>

class Schedule {
 public:
  static constexpr uint64_t NEVER = UINT64_MAX;

  // Throws std::runtime_error for a cycle that has passed.
  void add(uint64_t cycle, uint64_t now, std::function<void()> work) {
    if (cycle <= now)
      throw std::runtime_error("cycle " + std::to_string(cycle) + " has passed: it is cycle " + std::to_string(now));
    works_.emplace(cycle, std::move(work));
  }

  // The next of these cycles.
  uint64_t next() const { return works_.empty() ? NEVER : works_.begin()->first; }

  // Does what is due; the order of those of one cycle is that in which they were added.
  void run(uint64_t now) {
    while (next() <= now) {
      const auto work = std::move(works_.begin()->second);
      works_.erase(works_.begin());
      work();
    }
  }

 private:
  std::multimap<uint64_t, std::function<void()>> works_;
};
