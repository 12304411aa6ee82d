// Compiled into a model whose host memory is outside of it: what hilt_host_outside.vh calls.
#include <verilatedos.h>
#include <svdpi.h>
#include "host_memory.h"

static HostMemory memory = {nullptr, nullptr, nullptr, nullptr};

extern "C" {
// Until it was called there is no host memory.
__attribute__((visibility("default"))) void hilt_host_memory(const HostMemory* given) { memory = *given; }

int hilt_host_read(unsigned long long address, unsigned long long, unsigned long long* data) {
  uint64_t row = 0;
  const int isAllowed = memory.read == nullptr ? 0 : memory.read(memory.owner, address, &row);
  *data = row;
  return isAllowed;
}

int hilt_host_check(unsigned long long address, unsigned long long) {
  return memory.check == nullptr ? 0 : memory.check(memory.owner, address);
}

void hilt_host_write(unsigned long long address, unsigned long long data, unsigned int strobe) {
  memory.write(memory.owner, address, data, strobe);
}
}
