// The virtual board: a model of the complete top, its serial line, and the adapter in front of it.
#pragma once

#include <cstdint>
#include "adapter.h"
#include "loaded_model.h"
#include "port.h"

class Board {
 public:
  // `divider`: cycles of a bit of the board.
  Board(LoadedModel& model, Port& port, unsigned divider, uint64_t seed);
  // A file of waves that is open is whole afterwards.
  ~Board() { closeWaves(); }

  // As after the FPGA was configured anew. What is on the wire is lost.
  void powerUp();
  // Runs for some time, to this cycle at most, and moves what there is to move; false once the design has ended.
  bool run(uint64_t last);
  // Nothing moves, and nothing will before the host sends something.
  bool isQuiet() const;

  void disturb(const Disturbances& disturbances);
  // The cable: what is under way on it is lost.
  void unplug();
  // Signals in these scopes, with spaces between them, to an FST file, until closeWaves, powerUp or the end. Throws
  // std::runtime_error.
  void openWaves(const std::string& file, const std::string& scopes);
  void closeWaves();

  const Adapter& adapter() const { return adapter_; }
  Port& port() { return port_; }
  const Port& port() const { return port_; }
  LoadedModel& model() { return model_; }

 private:
  void findPorts();
  void handleEvent();
  void giveFrame();
  void moveBytes();
  void setRate();

  LoadedModel& model_;
  Port& port_;
  Adapter adapter_;
  unsigned divider_;
  uint64_t seed_;
  bool hasWaves_ = false;
  uint64_t lastEvent_ = 0;
  uint64_t nextRead_ = 0;
  LoadedModel::Port lineDivider_, sendValid_, sendFrame_, sent_, noise_, received_, receivedByte_, receivedStop_, parity_, seen_,
      idle_;
};
