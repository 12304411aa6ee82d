// What the control channel of a virtual board can be asked for (docs/wire.md), and what the board tells unasked.
#pragma once

#include <optional>
#include "board.h"
#include "control.h"
#include "schedule.h"

class Requests {
 public:
  Requests(Board& board, Control& control, std::string name, double cyclesPerMs);

  // What the design has said since the last call goes to who listens, and to standard error.
  void report();
  // The next cycle in which something is to happen that was asked for: the board is not to run beyond it before `act`.
  uint64_t nextCycle() const { return schedule_.next(); }
  // Does what was asked for this cycle.
  void act() { schedule_.run(board_.model().cycle()); }
  // A cable that was pulled for some time is plugged in again.
  void replug(double nowMs);
  bool isEndAsked() const { return isEndAsked_; }

 private:
  Bytes now() const;
  // At a cycle, which is at `place` of the payload, or now where that ends before it. Answers with the cycle.
  Bytes atCycle(const Bytes& payload, std::size_t place, std::function<void()> work);
  void unplug(uint32_t durationMs);
  void unplugForCycles(uint32_t durationMs);
  void plug();
  // What has happened to the board, to everyone who listens.
  void tellOf(const char* what);
  void disturb(const Bytes& payload);
  void violations(const std::string& text, uint64_t cycle);

  Board& board_;
  Control& control_;
  double cyclesPerMs_;
  double nowMs_ = 0;
  // Undefined while the cable is in, and when it will be plugged in again in a cycle of the board.
  std::optional<double> replugMs_;
  Schedule schedule_;
  uint32_t events_ = 0;
  bool isEndAsked_ = false;
};
