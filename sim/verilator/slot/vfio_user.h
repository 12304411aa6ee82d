// The server's end of vfio-user (docs of libvfio-user, version 0.1): one client at a time, on a Unix socket.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>
#include "function.h"

class VfioUser : public MessageMemory {
 public:
  explicit VfioUser(std::string path) : path_(std::move(path)) {}
  ~VfioUser() override;
  void attach(Function& function, DmaMap& memory) {
    function_ = &function;
    memory_ = &memory;
  }

  // Throws std::runtime_error.
  void listen();
  int descriptor() const { return client_ >= 0 ? client_ : listener_; }
  // Messages that came while an answer of the client's was awaited.
  bool isHolding() const { return !later_.empty(); }
  // Answers all that has come; whether something was read. Called while it serves, it does nothing.
  bool serve();
  // Before a read of a BAR is answered.
  std::function<void()> onRead;

  bool readMemory(uint64_t address, uint8_t* bytes, uint32_t count) override;
  bool writeMemory(uint64_t address, const uint8_t* bytes, uint32_t count) override;

 private:
  struct Message {
    uint16_t id;
    uint16_t command;
    uint32_t flags;
    uint32_t error;
    std::vector<uint8_t> payload;
    std::vector<int> descriptors;
  };
  static constexpr int LIMIT_NONE = -1;
  bool receive(Message& message, int limitMs);
  void handle(Message& message);
  std::vector<uint8_t> answerTo(Message& message);
  std::vector<uint8_t> version(const Message& message) const;
  void map(Message& message);
  void setInterrupts(Message& message);
  std::vector<uint8_t> regionRead(const Message& message);
  void regionWrite(const Message& message);
  void send(uint16_t id, uint16_t command, uint32_t flags, uint32_t error, const std::vector<uint8_t>& payload);
  bool ask(uint16_t command, const std::vector<uint8_t>& payload, Message& answer);
  void accept();
  void drop();
  void clean();

  std::string path_;
  int listener_ = -1;
  int client_ = -1;
  bool isServing_ = false;
  // A client has left what it had.
  bool isLeft_ = false;
  uint16_t nextId_ = 0;
  Function* function_ = nullptr;
  DmaMap* memory_ = nullptr;
  // Came while an answer to a request of ours was awaited.
  std::deque<Message> later_;
  std::size_t heldBytes_ = 0;
};
