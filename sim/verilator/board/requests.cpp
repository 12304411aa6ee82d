#include "requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <algorithm>
#include <stdexcept>

enum Code : uint8_t {
  HELLO = 1, CYCLE = 2, RESET = 4, WAVES_ON = 5, WAVES_OFF = 6, DISTURB = 7, UNPLUG = 8, EVENTS = 9, LINE = 11, END = 12,
  EVENT = 16, LOG = 17,
};

static constexpr uint8_t VERSION = 1;
static constexpr std::size_t IDENTITY_BYTES = 28;
static constexpr uint8_t VIOLATION = 8;
// sim/verilator/board/hilt_board_rules.v prints it.
static const char RULE[] = "hilt_rule ";
static constexpr int RULES = 24;

static void put(Bytes& bytes, uint64_t value, unsigned count) {
  for (unsigned at = 0; at < count; ++at) bytes.push_back(static_cast<uint8_t>(value >> (8 * at)));
}

static uint32_t get(const Bytes& bytes, std::size_t at, unsigned count) {
  if (at + count > bytes.size()) throw std::runtime_error("the request is too short");
  uint32_t value = 0;
  for (unsigned index = 0; index < count; ++index) value |= static_cast<uint32_t>(bytes[at + index]) << (8 * index);
  return value;
}

Requests::Requests(Board& board, Control& control, std::string name, double cyclesPerMs)
    : board_(board), control_(control), cyclesPerMs_(cyclesPerMs) {
  // Who the device is, the board says on its line.
  control.on(HELLO, [name](const Bytes& payload) {
    if (get(payload, 0, 1) != VERSION) throw std::runtime_error("this virtual board speaks version 1");
    Bytes answer(IDENTITY_BYTES, 0);
    answer.insert(answer.end(), name.begin(), name.end());
    return answer;
  });
  control.on(CYCLE, [this](const Bytes&) { return now(); });
  control.on(RESET, [this](const Bytes& payload) {
    return atCycle(payload, 0, [this] {
      // What the design has said is not lost with it.
      report();
      board_.powerUp();
      tellOf("reset");
    });
  });
  // The cycle at which the file's time is 0.
  control.on(WAVES_ON, [this](const Bytes& payload) {
    const auto end = std::find(payload.begin(), payload.end(), uint8_t{0});
    if (end == payload.end()) throw std::runtime_error("the request names no signals");
    board_.openWaves(std::string(payload.begin(), end), std::string(end + 1, payload.end()));
    Bytes answer;
    put(answer, board_.model().poweredUpAt(), 8);
    return answer;
  });
  control.on(WAVES_OFF, [this](const Bytes&) {
    board_.closeWaves();
    return now();
  });
  control.on(DISTURB, [this](const Bytes& payload) {
    disturb(payload);
    return now();
  });
  control.on(UNPLUG, [this](const Bytes& payload) {
    const uint32_t durationMs = get(payload, 0, 4);
    if (payload.size() <= 4) {
      unplug(durationMs);
      return now();
    }
    return atCycle(payload, 4, [this, durationMs] { unplugForCycles(durationMs); });
  });
  control.on(EVENTS, [this](const Bytes& payload) {
    events_ = get(payload, 0, 1);
    return now();
  });
  control.on(LINE, [this](const Bytes&) {
    const LineCounts& counts = board_.adapter().counts();
    Bytes answer;
    for (const uint64_t each : {counts.up, counts.down}) put(answer, each, 8);
    for (const uint64_t each : {counts.flippedBits, counts.lost, counts.inserted, counts.overflowed, counts.framingErrors})
      put(answer, each, 4);
    put(answer, 0, 4);
    return answer;
  });
  control.on(END, [this](const Bytes&) {
    isEndAsked_ = true;
    return now();
  });
}

Bytes Requests::now() const {
  Bytes answer;
  put(answer, board_.model().cycle(), 8);
  return answer;
}

void Requests::disturb(const Bytes& payload) {
  Disturbances set;
  set.seed = get(payload, 0, 4);
  set.bitErrors = get(payload, 4, 4);
  set.lost = get(payload, 8, 4);
  set.garbage = get(payload, 12, 4);
  if (const uint32_t packet = get(payload, 16, 2); packet != 0) set.packetBytes = packet;
  if (const uint32_t latency = get(payload, 18, 2); latency != 0) {
    set.latencyCycles = static_cast<uint64_t>(latency * cyclesPerMs_);
    set.isFromLast = false;
  }
  set.bufferBytes = get(payload, 20, 4);
  const uint32_t directions = get(payload, 24, 1);
  set.up = directions == 0 || (directions & 1) != 0;
  set.down = directions == 0 || (directions & 2) != 0;
  board_.disturb(set);
}

Bytes Requests::atCycle(const Bytes& payload, std::size_t place, std::function<void()> work) {
  if (payload.size() <= place) {
    work();
    return now();
  }
  const uint64_t cycle = get(payload, place, 4) | static_cast<uint64_t>(get(payload, place + 4, 4)) << 32;
  schedule_.add(cycle, board_.model().cycle(), std::move(work));
  Bytes answer;
  put(answer, cycle, 8);
  return answer;
}

void Requests::unplug(uint32_t durationMs) {
  board_.unplug();
  replugMs_ = nowMs_ + durationMs;
  tellOf("unplugged");
}

void Requests::unplugForCycles(uint32_t durationMs) {
  board_.unplug();
  replugMs_.reset();
  tellOf("unplugged");
  const uint64_t cycle = board_.model().cycle();
  const auto duration = static_cast<uint64_t>(durationMs * cyclesPerMs_);
  schedule_.add(cycle + std::max<uint64_t>(1, duration), cycle, [this] { plug(); });
}

void Requests::plug() {
  if (board_.port().isPlugged()) return;
  replugMs_.reset();
  board_.port().plug();
  tellOf("plugged in");
}

void Requests::replug(double nowMs) {
  nowMs_ = nowMs;
  if (replugMs_.has_value() && nowMs >= *replugMs_) plug();
}

void Requests::tellOf(const char* what) {
  const std::string text = "{\"kind\":\"" + std::string(what) + "\",\"cycle\":" + std::to_string(board_.model().cycle()) + "}";
  control_.tell(LOG, Bytes(text.begin(), text.end()));
}

static uint64_t numberAfter(const std::string& text, const char* key) {
  const std::size_t at = text.find(key);
  return at == std::string::npos ? 0 : strtoull(text.c_str() + at + std::string(key).size(), nullptr, 10);
}

// The list is JSON that model.cpp has written: an entry begins with its kind.
void Requests::report() {
  const std::string all = board_.model().messages();
  static const std::string START = "{\"kind\":\"";
  for (std::size_t from = all.find(START); from != std::string::npos;) {
    const std::size_t next = all.find(START, from + 1);
    const std::size_t end = next == std::string::npos ? all.size() - 1 : next - 1;
    const std::string entry = all.substr(from, end - from);
    const uint64_t cycle = board_.model().poweredUpAt() + numberAfter(entry, ",\"cycle\":");
    const std::size_t rule = entry.find(std::string("\"text\":\"") + RULE);
    if (rule != std::string::npos) {
      violations(entry.substr(rule + 8), cycle);
    } else {
      fprintf(stderr, "%s\n", entry.c_str());
      control_.tell(LOG, Bytes(entry.begin(), entry.end()));
    }
    from = next;
  }
}

// "hilt_rule BITS ADDRESS", both in hexadecimal.
void Requests::violations(const std::string& text, uint64_t cycle) {
  char* rest = nullptr;
  const uint64_t broken = strtoull(text.c_str() + sizeof RULE - 1, &rest, 16);
  const uint64_t address = strtoull(rest, nullptr, 16);
  if ((events_ >> (VIOLATION - 1) & 1) == 0) return;
  for (int rule = 0; rule < RULES; ++rule) {
    if ((broken >> rule & 1) == 0) continue;
    Bytes event = {VIOLATION, 0, 0, 0};
    put(event, cycle, 8);
    put(event, address, 8);
    put(event, static_cast<uint64_t>(rule), 4);
    control_.tell(EVENT, event);
  }
}
