// A USB adapter between the board's UART and the host, and what the line suffers on the way. Time is counted in cycles of
// the board. Every choice is made by generators of its own for each direction, once per character in the order of the
// stream: the same seed and the same characters give the same disturbances, however fast either side is.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

struct Disturbances {
  uint32_t seed = 1;
  // Of a thousand million: bits on the wire, characters, and characters that nobody has sent.
  uint32_t bitErrors = 0;
  uint32_t lost = 0;
  uint32_t garbage = 0;
  // Both ways, or one of them.
  bool up = true;
  bool down = true;
  // An adapter hands over what it has received in packets: when one is full, or some time after its first byte. Without one
  // that is when there is a gap, some time after the last byte: few system calls on a busy line, and little waiting on a quiet one.
  uint32_t packetBytes = 64;
  uint64_t latencyCycles = 100;
  bool isFromLast = true;
  // What the host does not take in time is lost beyond it; 0: nothing is.
  uint32_t bufferBytes = 0;
};

// Characters since the start, and what has become of them.
struct LineCounts {
  uint64_t up = 0;    // to the board
  uint64_t down = 0;  // from the board
  uint64_t flippedBits = 0;
  uint64_t lost = 0;
  uint64_t inserted = 0;
  uint64_t overflowed = 0;
  uint64_t framingErrors = 0;
};

// xorshift64*.
class Chance {
 public:
  explicit Chance(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u) {
    if (state_ == 0) state_ = 1;
  }
  uint64_t next();
  // `share` of a thousand million.
  bool isMet(uint32_t share);
  // Of ten bits of a frame, those that are inverted.
  uint32_t flips(uint32_t share);

 private:
  uint64_t state_;
};

class Adapter {
 public:
  void disturb(const Disturbances& disturbances);
  const Disturbances& disturbances() const { return set_; }
  const LineCounts& counts() const { return counts_; }

  // ---- to the board
  void fromHost(const uint8_t* bytes, std::size_t count);
  bool hasFrame() const { return !toBoard_.empty(); }
  // The next frame as it is on the wire, start bit first.
  uint32_t takeFrame();

  // ---- from the board
  // For the frame that arrives next.
  uint32_t noise();
  void fromBoard(uint8_t byte, bool hasStop, uint64_t cycle);
  // Bytes for the host that are ready at `cycle`.
  const std::vector<uint8_t>& ready(uint64_t cycle);
  void taken(std::size_t count);
  // When `ready` will have more, if nothing else comes.
  uint64_t dueAt() const;
  bool isHolding() const { return !pending_.empty() || !ready_.empty(); }

  // The cable is pulled: what is under way is lost.
  void drop();

 private:
  void receive(uint8_t byte, uint64_t cycle);
  uint32_t flipsOf(Chance& chance, bool isDisturbed);

  Disturbances set_;
  LineCounts counts_;
  Chance up_{1};
  Chance down_{2};
  std::deque<uint32_t> toBoard_;
  std::vector<uint8_t> pending_;
  uint64_t latencyFrom_ = 0;
  std::vector<uint8_t> ready_;
};
