#include "slot.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include "payload.h"

static constexpr uint32_t COMMANDS = 256;
static constexpr uint32_t RECORDS = 4096;
static constexpr uint64_t RESET_CYCLES = 4;
static constexpr int RULES = 24;
static constexpr uint64_t CYCLE_SPAN = 1ull << 30;

// Where the words of the settings go: bits of the harness's inputs.
struct Setting {
  const char* port;
  unsigned word;
  unsigned shift;
  unsigned width;
};
static const Setting SETTINGS[] = {
    {"cfg_seed", 0, 0, 64},           {"cfg_read_latency_min", 2, 0, 16},  {"cfg_read_latency_max", 3, 0, 16},
    {"cfg_write_latency_min", 4, 0, 16}, {"cfg_write_latency_max", 5, 0, 16}, {"cfg_read_outstanding", 6, 0, 8},
    {"cfg_write_outstanding", 7, 0, 8},  {"cfg_stall_ar", 8, 0, 8},           {"cfg_stall_aw", 8, 8, 8},
    {"cfg_stall_w", 8, 16, 8},        {"cfg_stall_r", 8, 24, 8},           {"cfg_stall_b", 9, 0, 8},
    {"cfg_stall_register", 9, 8, 8},     {"cfg_stall_limit", 36, 0, 32},      {"cfg_reorder_read", 37, 0, 8},
    {"cfg_reorder_write", 37, 8, 8},  {"cfg_interleave", 37, 16, 8},       {"cfg_junk", 37, 24, 8},
    {"cfg_data_ahead", 38, 0, 8},     {"cfg_ready_after_valid", 38, 8, 8},
};

uint64_t Slot::read64(const LoadedModel::Port& port) {
  uint64_t value = 0;
  std::memcpy(&value, port.place, 8);
  return value;
}

uint64_t Slot::at64(Place array, uint32_t index) {
  uint64_t value = 0;
  std::memcpy(&value, array + 8 * static_cast<std::size_t>(index), 8);
  return value;
}

static void write64(const LoadedModel::Port& port, uint64_t value) {
  std::memcpy(const_cast<char*>(port.place), &value, 8);
}

void Slot::find() {
  cyclePort_ = model_.port("cycle");
  irq_ = model_.port("irq");
  irqRises_ = model_.port("irq_rises");
  irqSeen_ = model_.port("host_irq_seen");
  stopMask_ = model_.port("host_stop_mask");
  commandHead_ = model_.port("command_head");
  commandTail_ = model_.port("host_command_tail");
  eventHead_ = model_.port("event_head");
  eventTailPort_ = model_.port("host_event_tail");
  keepsWrites_ = model_.port("host_keeps_writes");
  version64_ = model_.port("cfg_region_base_0");
  rst_ = model_.port("rst");
  command_ = model_.port("commands.command").place;
  response_ = model_.port("commands.response").place;
  eventCycle_ = model_.port("events.event_cycle").place;
  eventInfo_ = model_.port("events.event_info").place;
  readAddress_ = model_.port("events.event_read_address").place;
  writeAddress_ = model_.port("events.event_write_address").place;
  readBeat_ = model_.port("events.event_read_beat").place;
  writeBeat_ = model_.port("events.event_write_beat").place;
  violation_ = model_.port("events.event_violation").place;
  bursts_ = model_.port("events.event_bursts").place;
  rowData_ = model_.port("events.event_row_data").place;
  rowInfo_ = model_.port("events.event_row_info").place;
  if (rises_.size() > 1) eventLines_ = model_.port("events.several.event_lines").place;
}

void Slot::powerUp(const Bytes& settings) {
  if (settings.size() < 4 * SETTINGS_WORDS) throw std::runtime_error("the settings are too short");
  model_.powerUp(payloadAt(settings, 0, 8));
  find();
  for (const Setting& each : SETTINGS) {
    const LoadedModel::Port port = model_.port(each.port);
    if (each.width == 64) write64(port, payloadAt(settings, 4 * each.word, 8));
    else LoadedModel::write(port, static_cast<uint32_t>(payloadAt(settings, 4 * each.word, 4) >> each.shift) & static_cast<uint32_t>((1ull << each.width) - 1));
  }
  hasEnded_ = false;
  std::fill(rises_.begin(), rises_.end(), 0u);
  runReset();
  base_ = 0;
}

void Slot::reset() {
  base_ = cycle() + RESET_CYCLES;
  runReset();
}

void Slot::runReset() {
  risesBase_ = rises_;
  tail_ = taken_ = lost_ = eventTail_ = 0;
  events_.clear();
  row_.clear();
  LoadedModel::write(commandTail_, 0);
  LoadedModel::write(eventTailPort_, 0);
  LoadedModel::write(stopMask_, 0);
  LoadedModel::write(keepsWrites_, isWatched(4) ? 1 : 0);
  LoadedModel::write(rst_, 1);
  hasEnded_ = !model_.run(RESET_CYCLES);
  LoadedModel::write(rst_, 0);
}

void Slot::watch(uint32_t kinds) {
  kinds_ = kinds;
  LoadedModel::write(keepsWrites_, isWatched(4) ? 1 : 0);
}

uint32_t Slot::queued() const { return (tail_ - taken_) & (2 * COMMANDS - 1); }

bool Slot::post(Access access, uint32_t address, uint32_t value, uint64_t limit) {
  ++activity_;
  for (uint64_t spent = 0; queued() == COMMANDS && spent < limit && lost_ == 0 && !hasEnded_; ++spent) step(1, 0);
  if (queued() == COMMANDS || lost_ > 0) {
    ++lost_;
    return false;
  }
  const uint64_t word = static_cast<uint64_t>(access) << 62 | static_cast<uint64_t>(address & 0x3fffffff) << 32 | value;
  std::memcpy(const_cast<char*>(command_) + 8 * (tail_ % COMMANDS), &word, 8);
  tail_ = (tail_ + 1) & (2 * COMMANDS - 1);
  LoadedModel::write(commandTail_, tail_);
  return true;
}

bool Slot::finish(uint64_t limit) {
  uint32_t before = taken_;
  uint64_t since = cycle();
  while (queued() > 0) {
    if (hasEnded_) return false;
    const uint64_t spent = cycle() - since;
    if (spent >= limit) return false;
    step(limit - spent, ALL_ANSWERED | RISEN);
    if (taken_ == before) continue;
    before = taken_;
    since = cycle();
  }
  return lost_ == 0;
}

void Slot::runUntil(uint64_t until, uint32_t stops, const std::vector<uint32_t>& rises) {
  while (!hasEnded_ && cycle() < until) {
    if ((stops & ALL_ANSWERED) != 0 && pending() == 0) return;
    const bool hasRisen = rises_ != rises;
    if (hasRisen && ((stops & RISEN) != 0 || ((stops & RISEN_AND_ANSWERED) != 0 && pending() == 0))) return;
    const bool endsAnswered = (stops & ALL_ANSWERED) != 0 || ((stops & RISEN_AND_ANSWERED) != 0 && hasRisen);
    step(until - cycle(), RISEN | (queued() > 0 && endsAnswered ? ALL_ANSWERED : 0));
  }
}

// A full log ends a step in any case.
void Slot::step(uint64_t cycles, uint32_t stopMask) {
  LoadedModel::write(stopMask_, stopMask);
  for (std::size_t line = 0; line < rises_.size(); ++line) {
    const uint32_t seen = rises_[line] - risesBase_[line];
    std::memcpy(const_cast<char*>(irqSeen_.place) + 4 * line, &seen, 4);
  }
  write64(version64_, ++version_ << 32);
  if (!model_.run(cycles)) hasEnded_ = true;
  takeAnswers();
  takeEvents();
  std::stable_sort(events_.begin(), events_.end(), [](const Event& a, const Event& b) { return a.cycle < b.cycle; });
  std::vector<Event> events;
  events.swap(events_);
  for (const Event& each : events) onEvent(each.payload);
  for (uint32_t line = 0; line < rises_.size(); ++line) {
    uint32_t count = 0;
    std::memcpy(&count, irqRises_.place + 4 * static_cast<std::size_t>(line), 4);
    const uint32_t news = risesBase_[line] + count - rises_[line];
    rises_[line] += news;
    if (news > 0) onRise(line, news);
  }
}

void Slot::takeAnswers() {
  const uint32_t head = LoadedModel::read(commandHead_);
  for (; taken_ != head; taken_ = (taken_ + 1) & (2 * COMMANDS - 1)) {
    ++activity_;
    const uint64_t command = at64(command_, taken_ % COMMANDS);
    const uint64_t response = at64(response_, taken_ % COMMANDS);
    const bool isRead = command >> 62 == static_cast<uint64_t>(Access::read);
    const bool isRefused = (response >> 32 & 3) != 0;
    // As PCIe has it: nobody hears of an access that is refused.
    const auto value = isRefused ? 0xffffffffu : static_cast<uint32_t>(response);
    if (isRead) lastRead_ = value;
    if (!isWatched(1)) continue;
    const uint64_t now = cycle() - base_;
    uint64_t then = now - now % CYCLE_SPAN + (response >> 34);
    if (then > now) then -= CYCLE_SPAN;
    Bytes event = begin(1, static_cast<uint8_t>((isRead ? 0 : 1) | (isRefused ? 2 : 0)), then);
    putTo(event, command >> 32 & 0x3fffffff, 4);
    putTo(event, isRead ? value : 0, 4);
    note(then, std::move(event));
  }
}

Bytes Slot::begin(uint8_t kind, uint8_t flags, uint64_t cycle) const {
  Bytes event = {kind, flags, 0, 0};
  putTo(event, base_ + cycle, 8);
  return event;
}

void Slot::takeEvents() {
  const uint32_t head = LoadedModel::read(eventHead_);
  activity_ += (head - eventTail_) & (2 * RECORDS - 1);
  if (kinds_ != 0) {
    for (; eventTail_ != head; eventTail_ = (eventTail_ + 1) & (2 * RECORDS - 1)) takeRecord(eventTail_ % RECORDS);
    endRow();
  }
  eventTail_ = head;
  LoadedModel::write(eventTailPort_, head);
}

// Bits of a record: sim/harness/hilt_harness_events.v.
void Slot::takeRecord(uint32_t index) {
  const uint64_t cycle = at64(eventCycle_, index);
  const uint64_t info = at64(eventInfo_, index);
  const auto has = [&](unsigned bit) { return (info >> bit & 1) != 0; };
  if ((info & 0x7ff) != 0) endRow();
  uint32_t bursts = 0;
  std::memcpy(&bursts, bursts_ + 4 * static_cast<std::size_t>(index), 4);
  const auto access = [&](bool isWrite, Place addresses, uint64_t beats, uint64_t id) {
    const uint64_t address = at64(addresses, index);
    const uint32_t shape = bursts >> (isWrite ? 8 : 0);
    const uint64_t beatBytes = 1ull << (shape & 7);
    // The first beat of an unaligned burst moves less than the others; of a FIXED one, each does.
    const uint64_t missing = address % beatBytes * ((shape & 0x18) == 0 ? beats : 1);
    Bytes event = begin(2, isWrite ? 1 : 0, cycle);
    putTo(event, address, 8);
    putTo(event, beats * beatBytes - missing, 4);
    putTo(event, id, 4);
    note(cycle, std::move(event));
  };
  const auto beat = [&](uint8_t kind, bool isWrite) {
    if (!isWatched(kind)) return;
    Bytes event = begin(kind, isWrite ? 1 : 0, cycle);
    putTo(event, at64(isWrite ? writeBeat_ : readBeat_, index), 8);
    note(cycle, std::move(event));
  };
  const auto end = [&](bool isWrite, uint32_t id) {
    Bytes event = begin(3, isWrite ? 1 : 0, cycle);
    putTo(event, id, 4);
    note(cycle, std::move(event));
  };
  if (has(0) && isWatched(2)) access(false, readAddress_, (info >> 16 & 0xff) + 1, info >> 32 & 0xf);
  if (has(1) && isWatched(2)) access(true, writeAddress_, (info >> 24 & 0xff) + 1, info >> 36 & 0xf);
  // The address may have been taken in the same cycle.
  if (has(14)) takeRow(index, cycle);
  if (has(6)) beat(6, false);
  if (has(7)) beat(6, true);
  if (has(9)) beat(7, false);
  if (has(10)) beat(7, true);
  if (has(2) && isWatched(3)) end(false, bursts >> 16 & 0xf);
  if (has(3) && isWatched(3)) end(true, bursts >> 20 & 0xf);
  if (isWatched(5)) takeEdges(index, cycle, has(4), has(5));
  for (int rule = 0; rule < RULES && has(8) && isWatched(8); ++rule) {
    if (!has(40 + static_cast<unsigned>(rule))) continue;
    Bytes event = begin(8, 0, cycle);
    putTo(event, at64(violation_, index), 8);
    putTo(event, static_cast<uint64_t>(rule), 4);
    note(cycle, std::move(event));
  }
}

void Slot::takeEdges(uint32_t index, uint64_t cycle, bool hasRisen, bool hasFallen) {
  // Rises, and above them falls.
  uint16_t lines = static_cast<uint16_t>((hasRisen ? 1 : 0) | (hasFallen ? 0x100 : 0));
  if (rises_.size() > 1) std::memcpy(&lines, eventLines_ + 2 * static_cast<std::size_t>(index), 2);
  for (unsigned bit = 0; bit < 16 && (hasRisen || hasFallen); ++bit) {
    if ((lines >> bit & 1) == 0) continue;
    Bytes event = begin(5, bit < 8 ? 1 : 0, cycle);
    putTo(event, bit % 8, 4);
    note(cycle, std::move(event));
  }
}

void Slot::takeRow(uint32_t index, uint64_t cycle) {
  uint16_t info = 0;
  std::memcpy(&info, rowInfo_ + 2 * static_cast<std::size_t>(index), 2);
  const uint64_t row = at64(writeBeat_, index) & ~7ull;
  for (unsigned lane = 0; lane < 8; ++lane) {
    if ((info >> lane & 1) == 0) continue;
    if (!row_.empty() && row + lane != rowStart_ + row_.size()) endRow();
    if (row_.empty()) rowStart_ = row + lane;
    row_.push_back(static_cast<uint8_t>(rowData_[8 * static_cast<std::size_t>(index) + lane]));
    rowCycle_ = cycle;
  }
  if ((info & 0x100) != 0) endRow();
}

void Slot::endRow() {
  if (row_.empty()) return;
  Bytes event = begin(4, 0, rowCycle_);
  putTo(event, rowStart_, 8);
  event.insert(event.end(), row_.begin(), row_.end());
  note(rowCycle_, std::move(event));
  row_.clear();
}

void Slot::failAt(unsigned entry, uint64_t address, uint32_t control) {
  const std::string number = std::to_string(entry);
  write64(model_.port("cfg_error_address_" + number), address);
  LoadedModel::write(model_.port("cfg_error_control_" + number), control);
}

void Slot::failAfter(uint64_t beats, bool isWrite, uint32_t response) {
  const std::string direction = isWrite ? "write" : "read";
  const uint32_t now = LoadedModel::read(model_.port(direction + "_beats"));
  LoadedModel::write(model_.port("cfg_error_" + direction + "_beat"), now + static_cast<uint32_t>(beats));
  LoadedModel::write(model_.port("cfg_error_" + direction + "_beat_kind"), response);
}
