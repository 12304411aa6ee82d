#include "control.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <stdexcept>

static constexpr uint8_t CONTROL = 15 << 4;
static constexpr uint8_t ANSWER = 1;
static constexpr uint8_t FAILED = 2;
static constexpr std::size_t HEADER_BYTES = 4;
// Of a client, unanswered; what is beyond it waits in its socket.
static constexpr std::size_t MOST_INPUT = 1 << 20;
// A client that does not read has this much waiting for it at most; then it is dropped.
static constexpr std::size_t MOST_WAITING = 1 << 24;

Control::~Control() {
  for (const Client& client : clients_) close(client.descriptor);
  if (listener_ < 0) return;
  close(listener_);
  unlink(path_.c_str());
}

void Control::listen() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) throw std::runtime_error("the path of a socket is too long: " + path_);
  memcpy(address.sun_path, path_.c_str(), path_.size());
  unlink(path_.c_str());
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 16) != 0)
    throw std::runtime_error("cannot listen at " + path_ + ": " + strerror(errno));
}

std::vector<int> Control::descriptors() const {
  std::vector<int> all;
  if (listener_ >= 0) all.push_back(listener_);
  for (const Client& client : clients_) all.push_back(client.descriptor);
  return all;
}

bool Control::isHolding() const {
  return std::any_of(clients_.begin(), clients_.end(), [](const Client& one) { return !one.output.empty() || one.isGone; });
}

void Control::serve() {
  if (listener_ < 0) return;
  for (int next; (next = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;)
    clients_.push_back({next, {}, {}, false});
  for (Client& client : clients_) {
    uint8_t bytes[4096];
    while (client.input.size() < MOST_INPUT) {
      const ssize_t count = recv(client.descriptor, bytes, sizeof bytes, 0);
      if (count > 0) client.input.insert(client.input.end(), bytes, bytes + count);
      if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) client.isGone = true;
      if (count <= 0) break;
    }
    answer(client);
    flush(client);
    if (client.isGone) close(client.descriptor);
  }
  clients_.erase(std::remove_if(clients_.begin(), clients_.end(), [](const Client& one) { return one.isGone; }),
                 clients_.end());
}

// A message that is not of this channel cannot be skipped, for its length is not known: the client is dropped.
void Control::answer(Client& client) {
  std::size_t at = 0;
  const Bytes& input = client.input;
  while (!client.isGone && input.size() - at >= HEADER_BYTES) {
    if (input[at] != CONTROL) {
      client.isGone = true;
      break;
    }
    const std::size_t length = input[at + 2] | input[at + 3] << 8;
    if (input.size() - at < HEADER_BYTES + length) break;
    const uint8_t code = input[at + 1];
    const auto begin = input.begin() + static_cast<std::ptrdiff_t>(at + HEADER_BYTES);
    const Bytes payload(begin, begin + static_cast<std::ptrdiff_t>(length));
    try {
      const auto found = handlers_.find(code);
      if (found == handlers_.end()) throw std::runtime_error("this process does not know request " + std::to_string(code));
      put(client, ANSWER, code, found->second(payload));
    } catch (const std::exception& error) {
      const std::string text = error.what();
      put(client, ANSWER | FAILED, code, Bytes(text.begin(), text.end()));
    }
    at += HEADER_BYTES + length;
  }
  client.input.erase(client.input.begin(), client.input.begin() + static_cast<std::ptrdiff_t>(at));
}

void Control::tell(uint8_t code, const Bytes& payload) {
  for (Client& client : clients_) {
    put(client, 0, code, payload);
    flush(client);
  }
}

void Control::put(Client& client, uint8_t flags, uint8_t code, const Bytes& payload) {
  // What does not fit a message is cut off: only text may be so long.
  const std::size_t length = std::min<std::size_t>(payload.size(), 0xffff);
  client.output.insert(client.output.end(), {static_cast<uint8_t>(CONTROL | flags), code,
                                             static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8)});
  client.output.insert(client.output.end(), payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(length));
  if (client.output.size() > MOST_WAITING) client.isGone = true;
}

void Control::flush(Client& client) {
  while (!client.output.empty()) {
    const ssize_t count = send(client.descriptor, client.output.data(), client.output.size(), MSG_NOSIGNAL);
    if (count <= 0) {
      if (errno != EAGAIN && errno != EINTR) client.isGone = true;
      return;
    }
    client.output.erase(client.output.begin(), client.output.begin() + count);
  }
}
