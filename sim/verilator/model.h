// A Verilated model as hilt sees it: one block of memory with ports and arrays at fixed places, a clock that steps, and
// what the design says.
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif
#if HILT_WAVES
#include "verilated_fst_c.h"
#endif
#include "Vmodel.h"

// What the design has said and how it has ended; the host reads it between calls.
struct Message {
  std::string kind;  // text, stop, finish
  std::string text;
  std::string place;
  uint64_t cycle;
};

// Shared with the host, which reads it without a call: the start of the memory that it gives to a model.
struct alignas(64) Status {
  uint64_t cycle = 0;
  uint32_t messages = 0;
  uint32_t isEnded = 0;
};

// The runtime found the model in a state in which it cannot go on. Unlike $finish it cannot be returned from.
struct ModelFault : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Model {
  Status& status;
  std::unique_ptr<VerilatedContext> context;
  std::unique_ptr<Vmodel> top;
  std::vector<Message> messages;
#if HILT_WAVES
  std::unique_ptr<VerilatedFstC> waves;
#endif

  Model(const uint64_t* seed, void* memory);
  ~Model();
  uint64_t run(uint64_t limit);
  void settle();
  void say(const char* kind, const std::string& text, const std::string& place);
  std::string describe();
};

// The model that runs on this thread.
extern thread_local Model* runningModel;
