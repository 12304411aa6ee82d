// See watch.h. Everything here is for this process, however many models it has.
#include "watch.h"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>
#if HILT_WAVES
#include "verilated_fst_c.h"
#endif

namespace {
constexpr int LOOK_MS = 50;
constexpr int STALLED_EXIT = 86;
constexpr std::size_t STACK_BYTES = 1 << 18;
const int SIGNALS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

char lastWordsFile[4096];
struct Block {
  const void* start;
  uint64_t bytes;
};
constexpr int MOST_BLOCKS = 16;
Block blocks[MOST_BLOCKS];
std::atomic<int> blockCount{0};
std::atomic<int> calls{0};
std::atomic<uint64_t> callNumber{0};
std::atomic<const uint64_t*> watchedCycle{nullptr};
std::atomic<bool> isDying{false};
int limitMs = 0;
#if HILT_WAVES
std::atomic<VerilatedFstC*> openWaves{nullptr};
#endif

// A line of JSON with the lengths of the blocks that the host wants kept, then those. Nothing that allocates: it may run in
// a signal handler.
void leave(const char* kind, int number) {
  if (isDying.exchange(true)) return;
  const uint64_t* const cycle = watchedCycle.load();
  if (lastWordsFile[0] != '\0') {
    char line[1024];
    int length = std::snprintf(line, sizeof line, "{\"kind\":\"%s\",\"number\":%d,\"cycle\":%llu,\"blocks\":[", kind, number,
                               cycle == nullptr ? 0ULL : static_cast<unsigned long long>(*cycle));
    const int count = blockCount.load();
    for (int index = 0; index < count; index++)
      length += std::snprintf(line + length, sizeof line - length, index == 0 ? "%llu" : ",%llu",
                              static_cast<unsigned long long>(blocks[index].bytes));
    length += std::snprintf(line + length, sizeof line - length, "]}\n");
    const int file = open(lastWordsFile, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (file >= 0) {
      bool isWritten = write(file, line, static_cast<std::size_t>(length)) == length;
      for (int index = 0; index < count; index++)
        isWritten = write(file, blocks[index].start, blocks[index].bytes) >= 0 && isWritten;
      close(file);
    }
  }
#if HILT_WAVES
  // Not what a handler may do by the book; the process ends in any case, and mostly the file is whole.
  VerilatedFstC* const waves = openWaves.load();
  if (waves != nullptr) {
    alarm(5);
    waves->close();
  }
#endif
}

void onSignal(int number) {
  std::signal(number, SIG_DFL);
  leave("signal", number);
  std::raise(number);
}

void* watch(void*) {
  uint64_t lastCycle = ~0ULL;
  uint64_t lastCall = 0;
  int still = 0;
  for (;;) {
    usleep(LOOK_MS * 1000);
    const uint64_t* const cycle = watchedCycle.load();
    const uint64_t now = cycle == nullptr ? 0 : *static_cast<const volatile uint64_t*>(cycle);
    const uint64_t call = callNumber.load();
    const bool isStill = calls.load() > 0 && now == lastCycle && call == lastCall;
    still = isStill ? still + LOOK_MS : 0;
    lastCycle = now;
    lastCall = call;
    if (still < limitMs) continue;
    leave("stall", still);
    _exit(STALLED_EXIT);
  }
  return nullptr;
}
}  // namespace

WatchedCall::WatchedCall(const uint64_t* cycle) {
  watchedCycle.store(cycle, std::memory_order_relaxed);
  callNumber.store(callNumber.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  calls.store(1, std::memory_order_release);
}
WatchedCall::~WatchedCall() { calls.store(0, std::memory_order_release); }

#if HILT_WAVES
void watchWaves(VerilatedFstC* waves) { openWaves.store(waves); }
#endif

// Last words have this block too, after those before it.
extern "C" __attribute__((visibility("default"))) void hilt_keep(const void* start, uint64_t bytes) {
  const int count = blockCount.load();
  if (count == MOST_BLOCKS) return;
  blocks[count] = {start, bytes};
  blockCount.store(count + 1);
}

// From now on this process leaves last words in `file`, with what `hilt_keep` adds, and ends when an evaluation takes
// longer than `stallMs`.
extern "C" __attribute__((visibility("default"))) void hilt_watch(const char* file, int stallMs) {
  std::snprintf(lastWordsFile, sizeof lastWordsFile, "%s", file);
  blockCount.store(0);
  limitMs = stallMs;
  static bool isWatching = false;
  if (isWatching) return;
  isWatching = true;
  stack_t stack{};
  stack.ss_size = STACK_BYTES;
  stack.ss_sp = mmap(nullptr, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  sigaltstack(&stack, nullptr);
  struct sigaction action{};
  action.sa_handler = onSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : SIGNALS) sigaction(number, &action, nullptr);
  pthread_t thread;
  pthread_create(&thread, nullptr, watch, nullptr);
  pthread_detach(thread);
}
