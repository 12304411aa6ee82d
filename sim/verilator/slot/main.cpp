// The process of a simulated slot. Its arguments are words "name=value":
//   model=PATH         the library of the model
//   socket=PATH        where a client of vfio-user is served
//   control=PATH       the socket of the control channel
//   name=NAME          of the slot
//   time=stepped|free  moved by the control channel and by reads of registers, or running by itself
//   vendor= device= barBytes= wide= table= vectors=   of the function: config_space.h
//   settings=HEX       words of the settings of the harness, for the time until the first reset
//   parent=stdin       the slot ends when its standard input does: it never outlives who has started it
// When the slot runs it prints a line on its standard output; what the design prints follows on standard error.
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include <algorithm>
#include <exception>
#include <stdexcept>
#include "host_memory.h"
#include "program.h"
#include "slot_requests.h"

static uint64_t numberOf(const Words& words, const char* name, uint64_t otherwise) {
  const auto found = words.find(name);
  return found == words.end() ? otherwise : std::stoull(found->second, nullptr, 0);
}

static FunctionSettings functionOf(const Words& words) {
  FunctionSettings set;
  set.vendor = static_cast<uint16_t>(numberOf(words, "vendor", set.vendor));
  set.device = static_cast<uint16_t>(numberOf(words, "device", set.device));
  set.barBytes = numberOf(words, "barBytes", set.barBytes);
  set.isWide = numberOf(words, "wide", 1) != 0;
  set.tableOffset = static_cast<uint32_t>(numberOf(words, "table", 0));
  set.vectors = static_cast<uint32_t>(numberOf(words, "vectors", 1));
  return set;
}

static Bytes bytesOf(const std::string& hex) {
  Bytes bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2)
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(at, 2), nullptr, 16)));
  return bytes;
}

enum class Look { nothing, something, parentIsGone };

static Look look(const VfioUser& client, const Control& control, bool hasParent, int limitMs) {
  std::vector<pollfd> watched = {{hasParent ? STDIN_FILENO : -1, POLLIN, 0}, {client.descriptor(), POLLIN, 0}};
  for (const int each : control.descriptors()) watched.push_back({each, POLLIN, 0});
  if (poll(watched.data(), watched.size(), limitMs) <= 0) return Look::nothing;
  char byte;
  const bool isOfParent = (watched[0].revents & (POLLIN | POLLHUP)) != 0;
  return isOfParent && read(STDIN_FILENO, &byte, 1) == 0 ? Look::parentIsGone : Look::something;
}

static void serve(Slot& slot, VfioUser& client, Control& control, SlotRequests& requests, bool isFree, bool hasParent) {
  // Free time: between two looks outside. After so many cycles in which nothing happens it rests, and runs a little
  // between two milliseconds of sleep, so that timers of the device go on.
  constexpr uint64_t SLICE = 2048;
  constexpr uint64_t QUIET = 65536;
  constexpr int HOLDING_MS = 1;
  // Whoever reads again at once finds the slot awake: waking up takes longer than a read. Others wait for what takes long,
  // and wake up sooner when this process sleeps.
  constexpr int LOOKS = 20;
  int looks = 0;
  uint64_t activity = 0;
  uint64_t since = 0;
  while (!isAsked && !requests.isEndAsked()) {
    if (isFree && !slot.hasEnded()) {
      slot.runUntil(slot.cycle() + SLICE, 0, {});
      requests.report();
      if (slot.activity() != activity) since = slot.cycle();
      activity = slot.activity();
    }
    const bool rests = !isFree || slot.hasEnded() || slot.cycle() - since > QUIET;
    const int limit = !rests || client.isHolding() ? 0 : isFree || control.isHolding() ? HOLDING_MS : -1;
    const Look seen = look(client, control, hasParent, looks > 0 ? 0 : limit);
    if (seen == Look::parentIsGone) return;
    looks = std::max(looks - 1, 0);
    if ((seen == Look::something || client.isHolding()) && client.serve()) looks = LOOKS;
    if (seen == Look::something || control.isHolding()) control.serve();
  }
}

int main(int count, char** arguments) {
  try {
    handleSignals();
    Words words = wordsOf(count, arguments);
    Control control(words["control"]);
    LoadedModel model(words["model"]);
    Slot slot(model, static_cast<uint32_t>(numberOf(words, "vectors", 1)));
    VfioUser client(words["socket"]);
    DmaMap memory(client);
    Function function(slot, memory, functionOf(words));
    client.attach(function, memory);
    const HostMemory outside = {
        &memory,
        [](void* owner, uint64_t address, uint64_t* data) { return static_cast<DmaMap*>(owner)->read(address, data) ? 1 : 0; },
        [](void* owner, uint64_t address) { return static_cast<DmaMap*>(owner)->mayWrite(address) ? 1 : 0; },
        [](void* owner, uint64_t address, uint64_t data, uint32_t strobe) {
          static_cast<DmaMap*>(owner)->write(address, data, strobe);
        }};
    model.needed<void (*)(const HostMemory*)>("hilt_host_memory")(&outside);
    SlotRequests requests(slot, model, function, client, control, words["name"]);
    slot.powerUp(bytesOf(words["settings"]));
    client.listen();
    control.listen();
    printf("{\"socket\":\"%s\"}\n", words["socket"].c_str());
    fflush(stdout);
    if (words["parent"] == "stdin") endWithParent();
    serve(slot, client, control, requests, words["time"] == "free", words["parent"] == "stdin");
    return 0;
  } catch (const std::exception& error) {
    fprintf(stderr, "simulated slot: %s\n", error.what());
    return 3;
  }
}
