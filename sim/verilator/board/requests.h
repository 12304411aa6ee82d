// What the control channel of a virtual board can be asked for (docs/wire.md), and what the board tells unasked.
#pragma once

#include "board.h"
#include "control.h"

class Requests {
 public:
  Requests(Board& board, Control& control, std::string name, double cyclesPerMs);

  // What the design has said since the last call goes to who listens, and to standard error.
  void report();
  // A cable that was pulled for some time is plugged in again.
  void replug(double nowMs);
  bool isEndAsked() const { return isEndAsked_; }

 private:
  Bytes now() const;
  void disturb(const Bytes& payload);
  void violations(const std::string& text, uint64_t cycle);

  Board& board_;
  Control& control_;
  double cyclesPerMs_;
  double nowMs_ = 0;
  double replugMs_ = 0;
  uint32_t events_ = 0;
  bool isEndAsked_ = false;
};
