// What the control channel of a slot can be asked for (docs/wire.md), and what the slot tells unasked.
#pragma once

#include "control.h"
#include "function.h"
#include "slot.h"
#include "vfio_user.h"

class SlotRequests {
 public:
  SlotRequests(Slot& slot, LoadedModel& model, Function& function, VfioUser& client, Control& control, std::string name);

  // What the design has said since the last call, and all that waits to be sent.
  void report();
  bool isEndAsked() const { return isEndAsked_; }

 private:
  void on(uint8_t code, Control::Handler handler);
  Bytes now() const;
  Bytes state() const;
  void inject(const Bytes& payload);
  void powerUp(const Bytes& settings);

  Slot& slot_;
  LoadedModel& model_;
  Function& function_;
  VfioUser& client_;
  Control& control_;
  bool hasWaves_ = false;
  bool isEndAsked_ = false;
  // Addresses that fail: by entry of the table of the harness, the direction and the address; 0 for a free one.
  static constexpr unsigned ENTRIES = 4;
  uint64_t failing_[ENTRIES] = {};
  uint32_t controls_[ENTRIES] = {};
};
