// What a model whose host memory is outside asks for it. Plain C: the model is a library of its own.
#pragma once

#include <stdint.h>

struct HostMemory {
  void* owner;
  // A row of 8 bytes, aligned. 0: the device may not read it.
  int (*read)(void* owner, uint64_t address, uint64_t* data);
  // Whether the device may write to the row.
  int (*check)(void* owner, uint64_t address);
  // Bytes of the row whose bit of `strobe` is set; they may be written.
  void (*write)(void* owner, uint64_t address, uint64_t data, uint32_t strobe);
};
