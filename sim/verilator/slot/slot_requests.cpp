#include "slot_requests.h"

#include <stdio.h>
#include <algorithm>
#include <stdexcept>
#include "payload.h"

enum SlotCode : uint8_t {
  SLOT_HELLO = 1, SLOT_CYCLE = 2, SLOT_RUN_UNTIL = 3, SLOT_RESET = 4, SLOT_WAVES_ON = 5, SLOT_WAVES_OFF = 6, SLOT_EVENTS = 9,
  SLOT_INJECT = 10, SLOT_END = 12, SLOT_FINISH = 13, SLOT_EVENT = 16, SLOT_LOG = 17, SLOT_STATE = 20, SLOT_COUNTS = 21,
  SLOT_PULL = 22, SLOT_MESSAGE = 23,
};

static constexpr uint8_t VERSION_OF_CHANNEL = 1;
static constexpr std::size_t IDENTITY_BYTES = 28;

SlotRequests::SlotRequests(Slot& slot, LoadedModel& model, Function& function, VfioUser& client, Control& control,
                           std::string name)
    : slot_(slot), model_(model), function_(function), client_(client), control_(control) {
  on(SLOT_HELLO, [name](const Bytes& payload) {
    if (payloadAt(payload, 0, 1) != VERSION_OF_CHANNEL) throw std::runtime_error("this slot speaks version 1");
    Bytes answer(IDENTITY_BYTES, 0);
    answer.insert(answer.end(), name.begin(), name.end());
    return answer;
  });
  on(SLOT_CYCLE, [this](const Bytes&) { return now(); });
  on(SLOT_RUN_UNTIL, [this](const Bytes& payload) {
    std::vector<uint32_t> known;
    const bool isPlain = payload.size() <= 8;
    for (std::size_t line = 0; !isPlain && line < slot_.rises().size(); ++line)
      known.push_back(static_cast<uint32_t>(payloadAt(payload, 12 + 4 * line, 4)));
    slot_.runUntil(payloadAt(payload, 0, 8), isPlain ? 0 : static_cast<uint32_t>(payloadAt(payload, 8, 4)), known);
    return state();
  });
  on(SLOT_FINISH, [this](const Bytes& payload) {
    slot_.finish(payloadAt(payload, 0, 4));
    return state();
  });
  on(SLOT_RESET, [this](const Bytes& payload) {
    powerUp(payload);
    return state();
  });
  on(SLOT_WAVES_ON, [this](const Bytes& payload) {
    const auto end = std::find(payload.begin(), payload.end(), uint8_t{0});
    if (end == payload.end()) throw std::runtime_error("the request names no signals");
    model_.openWaves(std::string(payload.begin(), end), std::string(end + 1, payload.end()));
    hasWaves_ = true;
    return now();
  });
  on(SLOT_WAVES_OFF, [this](const Bytes&) {
    if (hasWaves_) model_.closeWaves();
    hasWaves_ = false;
    return now();
  });
  on(SLOT_EVENTS, [this](const Bytes& payload) {
    slot_.watch(static_cast<uint32_t>(payloadAt(payload, 0, 1)));
    return now();
  });
  on(SLOT_INJECT, [this](const Bytes& payload) {
    inject(payload);
    return now();
  });
  on(SLOT_END, [this](const Bytes&) {
    isEndAsked_ = true;
    return now();
  });
  on(SLOT_COUNTS, [this](const Bytes&) {
    Bytes answer;
    for (const uint64_t each : {function_.counts().reads, function_.counts().writes, function_.counts().odd})
      putTo(answer, each, 8);
    return answer;
  });
  on(SLOT_PULL, [this](const Bytes&) {
    function_.pull();
    return now();
  });
  on(SLOT_MESSAGE, [this](const Bytes&) {
    Bytes answer;
    putTo(answer, function_.messageNs(), 8);
    return answer;
  });
  slot_.onEvent = [this](const Bytes& event) { control_.tell(SLOT_EVENT, event); };
  slot_.onRise = [this](uint32_t line, uint32_t count) { function_.risen(line, count); };
  // A read has let time pass: who steps the slot hears of it before the answer.
  client_.onRead = [this] {
    report();
    control_.tell(SLOT_STATE, state());
  };
}

// What the client has sent before the request comes before it.
void SlotRequests::on(uint8_t code, Control::Handler handler) {
  control_.on(code, [this, handler](const Bytes& payload) {
    client_.serve();
    const Bytes answer = handler(payload);
    report();
    return answer;
  });
}

void SlotRequests::powerUp(const Bytes& settings) {
  if (hasWaves_) model_.closeWaves();
  hasWaves_ = false;
  function_.powerUp();
  std::fill(controls_, controls_ + ENTRIES, 0u);
  slot_.powerUp(settings);
}

Bytes SlotRequests::now() const {
  Bytes answer;
  putTo(answer, slot_.cycle(), 8);
  return answer;
}

Bytes SlotRequests::state() const {
  Bytes answer = now();
  putTo(answer, slot_.levels(), 4);
  for (const uint32_t rises : slot_.rises()) putTo(answer, rises, 4);
  putTo(answer, slot_.pending(), 4);
  return answer;
}

void SlotRequests::inject(const Bytes& payload) {
  enum Mode : uint8_t { AT = 0, AFTER_BEATS = 1, REMOVE = 2 };
  const uint64_t mode = payloadAt(payload, 0, 1);
  const bool isWrite = payloadAt(payload, 1, 1) != 0;
  const auto response = static_cast<uint32_t>(payloadAt(payload, 2, 1));
  const uint64_t at = payloadAt(payload, 4, 8);
  if (mode == AFTER_BEATS) {
    slot_.failAfter(at, isWrite, response);
    return;
  }
  const uint32_t control = response << 2 | (isWrite ? 2u : 1u);
  for (unsigned entry = 0; entry < ENTRIES; ++entry) {
    const bool isFound = mode == AT ? controls_[entry] == 0 : controls_[entry] == control && failing_[entry] == at;
    if (!isFound) continue;
    failing_[entry] = at;
    controls_[entry] = mode == AT ? control : 0;
    slot_.failAt(entry, at, controls_[entry]);
    return;
  }
  throw std::runtime_error(mode == AT ? "all failing addresses are in use" : "no such address fails");
}

// The list is JSON that model.cpp has written: an entry begins with its kind.
void SlotRequests::report() {
  const std::string all = model_.messages();
  static const std::string START = "{\"kind\":\"";
  for (std::size_t from = all.find(START); from != std::string::npos;) {
    const std::size_t next = all.find(START, from + 1);
    const std::size_t end = next == std::string::npos ? all.size() - 1 : next - 1;
    const std::string entry = all.substr(from, end - from);
    fprintf(stderr, "%s\n", entry.c_str());
    control_.tell(SLOT_LOG, Bytes(entry.begin(), entry.end()));
    from = next;
  }
}
