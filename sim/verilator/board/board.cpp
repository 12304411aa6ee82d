#include "board.h"

#include <algorithm>

// Between two looks at the terminal: a character takes 40 cycles at divider 4.
static constexpr uint64_t SLICE_CYCLES = 256;
// So long nothing is on the wire before the board counts as quiet.
static constexpr uint64_t QUIET_CYCLES = 20000;

Board::Board(LoadedModel& model, Port& port, unsigned divider, uint64_t seed)
    : model_(model), port_(port), divider_(divider), seed_(seed) {
  powerUp();
}

void Board::powerUp() {
  closeWaves();
  model_.powerUp(seed_++);
  findPorts();
  setRate();
  adapter_.drop();
  lastEvent_ = nextRead_ = model_.cycle();
  LoadedModel::write(noise_, adapter_.noise());
}

void Board::disturb(const Disturbances& disturbances) {
  adapter_.disturb(disturbances);
  LoadedModel::write(noise_, adapter_.noise());
}

void Board::unplug() {
  port_.unplug();
  adapter_.drop();
}

void Board::openWaves(const std::string& file, const std::string& scopes) {
  closeWaves();
  model_.openWaves(file, scopes);
  hasWaves_ = true;
}

void Board::closeWaves() {
  if (hasWaves_) model_.closeWaves();
  hasWaves_ = false;
}

// As an adapter that is set to another rate than the board: its bits are longer or shorter than those of the board.
void Board::setRate() {
  constexpr unsigned LEAST = 2, MOST = 4095;
  const unsigned baud = port_.baud();
  unsigned cycles = divider_;
  if (baud != 0) {
    const double exact = static_cast<double>(divider_) * port_.boardBaud() / baud;
    cycles = exact < LEAST ? LEAST : exact > MOST ? MOST : static_cast<unsigned>(exact + 0.5);
  }
  LoadedModel::write(lineDivider_, cycles);
}

void Board::findPorts() {
  lineDivider_ = model_.port("divider");
  sendValid_ = model_.port("send_valid");
  sendFrame_ = model_.port("send_frame");
  sent_ = model_.port("sent");
  noise_ = model_.port("noise");
  received_ = model_.port("received");
  receivedByte_ = model_.port("received_byte");
  receivedStop_ = model_.port("received_stop");
  parity_ = model_.port("event_parity");
  seen_ = model_.port("seen");
  idle_ = model_.port("idle");
}

void Board::giveFrame() {
  const bool has = adapter_.hasFrame();
  LoadedModel::write(sendValid_, has ? 1 : 0);
  if (has) LoadedModel::write(sendFrame_, adapter_.takeFrame());
}

void Board::handleEvent() {
  const uint32_t parity = LoadedModel::read(parity_);
  if (parity == LoadedModel::read(seen_)) return;
  lastEvent_ = model_.cycle();
  if (LoadedModel::read(sent_) != 0) giveFrame();
  if (LoadedModel::read(received_) != 0) {
    const auto byte = static_cast<uint8_t>(LoadedModel::read(receivedByte_));
    adapter_.fromBoard(byte, LoadedModel::read(receivedStop_) != 0, lastEvent_);
    LoadedModel::write(noise_, adapter_.noise());
  }
  LoadedModel::write(seen_, parity);
}

void Board::moveBytes() {
  const uint64_t now = model_.cycle();
  const auto& ready = adapter_.ready(now);
  if (!ready.empty()) adapter_.taken(port_.isPlugged() ? port_.write(ready.data(), ready.size()) : ready.size());
  if (now >= nextRead_ && !adapter_.hasFrame()) {
    uint8_t bytes[4096];
    setRate();
    const std::size_t count = port_.read(bytes, sizeof bytes);
    adapter_.fromHost(bytes, count);
    nextRead_ = now + SLICE_CYCLES;
    if (count > 0) lastEvent_ = now;
  }
  if (LoadedModel::read(sendValid_) == 0) giveFrame();
}

bool Board::run(uint64_t last) {
  moveBytes();
  const uint64_t now = model_.cycle();
  const bool goesOn = model_.run(std::min({now + SLICE_CYCLES, adapter_.dueAt(), last}) - now);
  handleEvent();
  return goesOn;
}

bool Board::isQuiet() const {
  return LoadedModel::read(idle_) != 0 && LoadedModel::read(sendValid_) == 0 && !adapter_.hasFrame() &&
         !adapter_.isHolding() && model_.cycle() - lastEvent_ > QUIET_CYCLES;
}
