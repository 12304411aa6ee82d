// The device of a slot: a model of the harness round it, whose register port, interrupt and event log are worked here.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>
#include "loaded_model.h"

using Bytes = std::vector<uint8_t>;

enum class Access : uint32_t { write = 1, read = 2 };

class Slot {
 public:
  // Words of the settings of the harness, as src/links/cocotb/settings-words.ts lays them out.
  static constexpr std::size_t SETTINGS_WORDS = 39;
  // A bit of its own for both at once: what the one brings may be what the other waits for.
  enum Stop : uint32_t { ALL_ANSWERED = 1, RISEN = 2, RISEN_AND_ANSWERED = 8 };

  // `lines`: interrupts of the device.
  Slot(LoadedModel& model, uint32_t lines) : model_(model), rises_(lines, 0), risesBase_(lines, 0) {}

  // A device as after power-up, out of its reset; the seed is in the first two words.
  void powerUp(const Bytes& settings);
  // The reset input alone, for some cycles: time and rises go on.
  void reset();

  uint64_t cycle() const { return base_ + read64(cyclePort_); }
  // Of the interrupt lines, a bit each; and how often each has risen.
  uint32_t levels() const { return LoadedModel::read(irq_); }
  const std::vector<uint32_t>& rises() const { return rises_; }
  bool hasEnded() const { return hasEnded_; }
  // Accesses that are not answered, with those that found no room.
  uint32_t pending() const { return queued() + lost_; }
  // Records of the event log and accesses of registers so far: something happens.
  uint64_t activity() const { return activity_; }

  // Posted; done when time passes. False where there is no room for it, and for `limit` cycles the device has made none: it
  // is lost, as all that follow are until the next reset.
  bool post(Access access, uint32_t address, uint32_t value, uint64_t limit);
  // Until all that was posted is answered; false when for `limit` cycles nothing was.
  bool finish(uint64_t limit);
  // To this cycle at most, or until one of `stops` holds; `rises`: those that are known.
  void runUntil(uint64_t cycle, uint32_t stops, const std::vector<uint32_t>& rises);
  // What the last read gave: all ones where the device has refused it.
  uint32_t lastRead() const { return lastRead_; }

  // Kinds of events that are told, by bit: docs/wire.md.
  void watch(uint32_t kinds);
  // What happens while time passes: the payload of an event, in order.
  std::function<void(const Bytes&)> onEvent;
  // How often a line has risen meanwhile.
  std::function<void(uint32_t line, uint32_t count)> onRise;

  void failAt(unsigned entry, uint64_t address, uint32_t control);
  void failAfter(uint64_t beats, bool isWrite, uint32_t response);

 private:
  struct Event {
    uint64_t cycle;
    Bytes payload;
  };
  using Place = const char*;

  static uint64_t read64(const LoadedModel::Port& port);
  static uint64_t at64(Place array, uint32_t index);
  void find();
  void runReset();
  uint32_t queued() const;
  void step(uint64_t cycles, uint32_t stopMask);
  void takeAnswers();
  void takeEvents();
  void takeRecord(uint32_t index);
  void takeEdges(uint32_t index, uint64_t cycle, bool hasRisen, bool hasFallen);
  void takeRow(uint32_t index, uint64_t cycle);
  void endRow();
  Bytes begin(uint8_t kind, uint8_t flags, uint64_t cycle) const;
  bool isWatched(uint8_t kind) const { return (kinds_ >> (kind - 1) & 1) != 0; }
  void note(uint64_t cycle, Bytes payload) { events_.push_back({cycle, std::move(payload)}); }

  LoadedModel& model_;
  // By line; and what they were at the last reset.
  std::vector<uint32_t> rises_;
  std::vector<uint32_t> risesBase_;
  uint64_t base_ = 0;
  uint64_t version_ = 0;
  uint32_t tail_ = 0;
  uint32_t taken_ = 0;
  uint32_t lost_ = 0;
  uint32_t lastRead_ = 0;
  uint32_t eventTail_ = 0;
  uint32_t kinds_ = 0;
  uint64_t activity_ = 0;
  bool hasEnded_ = false;
  std::vector<Event> events_;
  // Consecutive bytes that the device has written.
  uint64_t rowStart_ = 0;
  uint64_t rowCycle_ = 0;
  Bytes row_;
  LoadedModel::Port cyclePort_, irq_, irqRises_, irqSeen_, stopMask_, commandHead_, commandTail_, eventHead_, eventTailPort_,
      keepsWrites_, version64_, rst_;
  Place command_, response_, eventCycle_, eventInfo_, readAddress_, writeAddress_, readBeat_, writeBeat_, violation_, rowData_,
      bursts_, rowInfo_, eventLines_;
};
