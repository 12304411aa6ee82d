// Last words: a model that crashes or never ends an evaluation takes its process with it. What it was at goes to a file
// first, with whatever the host wants kept, and waves are closed so that they can be read.
#pragma once

#include <cstdint>

// While it lives, the model runs, and `cycle` has to move.
struct WatchedCall {
  explicit WatchedCall(const uint64_t* cycle);
  ~WatchedCall();
};

#if HILT_WAVES
class VerilatedFstC;
void watchWaves(VerilatedFstC* waves);
#endif
