// The host's end of the line: a pseudo-terminal, which a program opens like a serial port, and a link to it under a name
// that stays.
#pragma once

#include <cstdint>
#include <string>

class Port {
 public:
  // `link` is a path of the caller's; empty for none.
  // `baud`: what a new terminal is set to.
  Port(std::string link, unsigned baud) : link_(std::move(link)), baud_(baud) {}
  ~Port() { unplug(); }

  // A new terminal, in raw mode. Throws std::runtime_error.
  void plug();
  // The program that has it open sees that it is gone; so is the link.
  void unplug();
  bool isPlugged() const { return master_ >= 0; }
  int descriptor() const { return master_; }
  // Such as /dev/pts/3.
  const std::string& name() const { return name_; }

  // Of the board, and that to which the program that has it open has set the terminal.
  unsigned boardBaud() const { return baud_; }
  unsigned baud() const;

  // Bytes moved, 0 when there is nothing to move at present.
  std::size_t read(uint8_t* bytes, std::size_t room);
  std::size_t write(const uint8_t* bytes, std::size_t count);

 private:
  std::string link_;
  std::string name_;
  unsigned baud_;
  int master_ = -1;
  // Held open here as well: without it the far end would be gone for us whenever no program has it open.
  int slave_ = -1;
};
