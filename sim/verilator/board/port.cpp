#include "port.h"
#include "line_rate.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <stdexcept>

static std::runtime_error failure(const std::string& what) {
  return std::runtime_error(what + ": " + strerror(errno));
}

// A link that another process has put there is replaced in one step: at no time is there none.
static void replaceLink(const std::string& target, const std::string& link) {
  const std::string draft = link + "." + std::to_string(getpid());
  if (symlink(target.c_str(), draft.c_str()) != 0) throw failure("cannot make " + draft);
  if (rename(draft.c_str(), link.c_str()) != 0) throw failure("cannot make " + link);
}

void Port::plug() {
  char name[128];
  if (openpty(&master_, &slave_, name, nullptr, nullptr) != 0) throw failure("cannot open a pseudo-terminal");
  name_ = name;
  for (const int each : {master_, slave_}) fcntl(each, F_SETFD, FD_CLOEXEC);
  termios settings;
  tcgetattr(slave_, &settings);
  // A new terminal echoes, and waits for whole lines.
  cfmakeraw(&settings);
  tcsetattr(slave_, TCSANOW, &settings);
  setLineRate(slave_, baud_);
  fcntl(master_, F_SETFL, O_NONBLOCK);
  if (!link_.empty()) replaceLink(name_, link_);
}

void Port::unplug() {
  if (master_ < 0) return;
  char target[256];
  const ssize_t length = link_.empty() ? -1 : readlink(link_.c_str(), target, sizeof target);
  if (length > 0 && std::string(target, static_cast<std::size_t>(length)) == name_) unlink(link_.c_str());
  close(master_);
  close(slave_);
  master_ = slave_ = -1;
}

unsigned Port::baud() const { return slave_ < 0 ? baud_ : lineRate(slave_); }

std::size_t Port::read(uint8_t* bytes, std::size_t room) {
  if (master_ < 0) return 0;
  const ssize_t count = ::read(master_, bytes, room);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

std::size_t Port::write(const uint8_t* bytes, std::size_t count) {
  if (master_ < 0 || count == 0) return 0;
  const ssize_t written = ::write(master_, bytes, count);
  return written > 0 ? static_cast<std::size_t>(written) : 0;
}
