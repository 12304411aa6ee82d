// The control channel: a Unix socket with the messages that docs/wire.md has for it. Any number of programs may have it
// open; each is answered in the order of its requests.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

using Bytes = std::vector<uint8_t>;

class Control {
 public:
  // Answers a request: the payload of the answer. A std::exception is answered as `failed`, with its text.
  using Handler = std::function<Bytes(const Bytes& payload)>;

  explicit Control(std::string path) : path_(std::move(path)) {}
  ~Control();

  void on(uint8_t code, Handler handler) { handlers_[code] = std::move(handler); }
  // Throws std::runtime_error.
  void listen();
  // Takes whoever has come and answers whatever was asked.
  void serve();
  // To everyone who listens, unasked.
  void tell(uint8_t code, const Bytes& payload);
  // Somebody has not taken all that is for it.
  bool isHolding() const;
  // For poll().
  std::vector<int> descriptors() const;

 private:
  struct Client {
    int descriptor;
    Bytes input;
    Bytes output;
    bool isGone;
  };
  void answer(Client& client);
  static void put(Client& client, uint8_t flags, uint8_t code, const Bytes& payload);
  static void flush(Client& client);

  std::string path_;
  int listener_ = -1;
  std::map<uint8_t, Handler> handlers_;
  std::vector<Client> clients_;
};
