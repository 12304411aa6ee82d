// The process of a virtual board. Its arguments are words "name=value":
//   model=PATH         the library of the model
//   link=PATH          where a link to the terminal is kept
//   control=PATH       the socket of the control channel
//   name=NAME          of the board
//   seed=NUMBER        for what is undefined in the design at power-up
//   cyclesPerMs=NUMBER how many cycles count as a millisecond of the line
//   divider=NUMBER     cycles of a bit of the board: the rate of its line is cyclesPerMs * 1000 / divider
//   parent=stdin       the board ends when its standard input does: it never outlives who has started it
// When the board runs it prints a line of JSON on its standard output; what the design prints follows on standard error.
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <exception>
#include <stdexcept>
#include "program.h"
#include "requests.h"

static double milliseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

enum class Look { nothing, something, parentIsGone };

// Looks for what the outside wants, for `limitMs` at most.
static Look look(const Board& board, const Control& control, bool hasParent, int limitMs) {
  std::vector<pollfd> watched = {{hasParent ? STDIN_FILENO : -1, POLLIN, 0}};
  // A terminal that has bytes ends a rest; a busy board takes them by itself.
  if (limitMs > 0) watched.push_back({board.port().descriptor(), POLLIN, 0});
  for (const int each : control.descriptors()) watched.push_back({each, POLLIN, 0});
  if (poll(watched.data(), watched.size(), limitMs) <= 0) return Look::nothing;
  char byte;
  const bool isOfParent = (watched[0].revents & (POLLIN | POLLHUP)) != 0;
  return isOfParent && read(STDIN_FILENO, &byte, 1) == 0 ? Look::parentIsGone : Look::something;
}

// A cycle that something waits for is reached at full speed.
static bool rests(const Board& board, const Requests& requests) {
  return board.isQuiet() && requests.nextCycle() == Schedule::NEVER;
}

static void serve(Board& board, Control& control, Requests& requests, bool hasParent) {
  // Between two looks outside. At rest the board runs a little between two milliseconds of sleep, so that its timers do.
  constexpr uint64_t CYCLES_BUSY = 4096;
  constexpr uint64_t CYCLES_QUIET = 1024;
  while (!isAsked && !requests.isEndAsked()) {
    const bool isQuiet = rests(board, requests);
    const uint64_t end = board.model().cycle() + (isQuiet ? CYCLES_QUIET : CYCLES_BUSY);
    while (board.model().cycle() < end) {
      if (!board.run(requests.nextCycle())) throw std::runtime_error("the design has ended its simulation");
      requests.act();
    }
    requests.report();
    requests.replug(milliseconds());
    const Look seen = look(board, control, hasParent, isQuiet && rests(board, requests) ? 1 : 0);
    if (seen == Look::parentIsGone) return;
    if (seen == Look::something || control.isHolding()) control.serve();
  }
}

int main(int count, char** arguments) {
  try {
    handleSignals();
    Words words = wordsOf(count, arguments);
    // The last that goes: when its socket is closed, the link to the terminal is gone.
    Control control(words["control"]);
    LoadedModel model(words["model"]);
    const double cyclesPerMs = std::stod(words["cyclesPerMs"]);
    const unsigned divider = static_cast<unsigned>(std::stoul(words["divider"]));
    Port port(words["link"], static_cast<unsigned>(cyclesPerMs * 1000 / divider));
    port.plug();
    Board board(model, port, divider, std::stoull(words["seed"]));
    Requests requests(board, control, words["name"], cyclesPerMs);
    control.listen();
    printf("{\"terminal\":\"%s\"}\n", port.name().c_str());
    fflush(stdout);
    if (words["parent"] == "stdin") endWithParent();
    try {
      serve(board, control, requests, words["parent"] == "stdin");
    } catch (...) {
      requests.report();
      throw;
    }
    return 0;
  } catch (const std::exception& error) {
    fprintf(stderr, "virtual board: %s\n", error.what());
    return 3;
  }
}
