#include "vfio_user.h"

#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <system_error>
#include "payload.h"

enum Command : uint16_t {
  VERSION = 1, DMA_MAP = 2, DMA_UNMAP = 3, GET_INFO = 4, GET_REGION_INFO = 5, GET_IRQ_INFO = 7, SET_IRQS = 8,
  REGION_READ = 9, REGION_WRITE = 10, DMA_READ = 11, DMA_WRITE = 12, DEVICE_RESET = 13,
};

static constexpr uint32_t IS_REPLY = 1;
static constexpr uint32_t TYPE_MASK = 0xf;
static constexpr uint32_t NO_REPLY = 0x10;
static constexpr uint32_t IS_ERROR = 0x20;
static constexpr std::size_t HEAD_BYTES = 16;
static constexpr std::size_t MOST_BYTES = (1 << 20) + 4096;
static constexpr uint32_t MOST_DATA = 1 << 20;
static constexpr uint32_t UNMAP_ALL = 2;
static constexpr int LIMIT_MS = 5000;
// Of messages that came while an answer was awaited: a client that has sent more is dropped.
static constexpr std::size_t MOST_HELD = 1 << 26;
// Of DMA_MAP: the memory is reached by a descriptor.
static constexpr uint64_t BY_DESCRIPTOR = 4 | 8;

// What a request is refused with: the number of an error of the system.
struct Refusal {
  int error;
};

static int64_t nowMs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

VfioUser::~VfioUser() {
  if (client_ >= 0) close(client_);
  if (listener_ < 0) return;
  close(listener_);
  unlink(path_.c_str());
}

void VfioUser::listen() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path_.size() >= sizeof address.sun_path) throw std::runtime_error("the path of a socket is too long: " + path_);
  memcpy(address.sun_path, path_.c_str(), path_.size());
  unlink(path_.c_str());
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 1) != 0)
    throw std::runtime_error("cannot listen at " + path_ + ": " + strerror(errno));
}

void VfioUser::drop() {
  if (client_ < 0) return;
  close(client_);
  client_ = -1;
  isLeft_ = true;
}

// The next client finds a function that nobody has used. Not while the model runs.
void VfioUser::clean() {
  isLeft_ = false;
  for (Message& message : later_)
    for (const int each : message.descriptors) close(each);
  later_.clear();
  heldBytes_ = 0;
  memory_->clear();
  for (uint32_t index = 0; index < Function::INDEXES; ++index) function_->disconnect(index);
  function_->reset();
}

bool VfioUser::serve() {
  if (isServing_) return false;
  isServing_ = true;
  if (isLeft_) clean();
  if (client_ < 0) accept();
  Message message;
  bool hasRead = false;
  // What comes meanwhile is for the next time: a client that never pauses does not keep the slot to itself.
  int arrived = 0;
  if (client_ >= 0) ioctl(client_, FIONREAD, &arrived);
  for (std::size_t left = heldBytes_ + static_cast<std::size_t>(arrived); client_ >= 0 && receive(message, LIMIT_NONE);) {
    const std::size_t taken = HEAD_BYTES + message.payload.size();
    hasRead = hasRead || message.command == REGION_READ;
    handle(message);
    if (taken >= left) break;
    left -= taken;
  }
  if (isLeft_) clean();
  isServing_ = false;
  return hasRead;
}

void VfioUser::accept() {
  client_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  // A client that stops in the middle of a message, or takes no answers, does not stop the slot.
  const timeval limit = {LIMIT_MS / 1000, 0};
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
    if (client_ >= 0) setsockopt(client_, SOL_SOCKET, option, &limit, sizeof limit);
}

static bool receiveAll(int descriptor, uint8_t* bytes, std::size_t count, int64_t deadline) {
  for (std::size_t at = 0; at < count;) {
    const ssize_t part = recv(descriptor, bytes + at, count - at, MSG_WAITALL);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return false;
    at += static_cast<std::size_t>(part);
    if (at < count && nowMs() >= deadline) return false;
  }
  return true;
}

// The next message; false when there is none, or the client is gone. With a limit, an answer is awaited: whoever sends
// nothing for so long is gone.
bool VfioUser::receive(Message& message, int limitMs) {
  const bool isWaiting = limitMs != LIMIT_NONE;
  if (!isWaiting && !later_.empty()) {
    message = std::move(later_.front());
    later_.pop_front();
    heldBytes_ -= HEAD_BYTES + message.payload.size();
    return true;
  }
  pollfd watched = {client_, POLLIN, 0};
  if (poll(&watched, 1, std::max(limitMs, 0)) <= 0) {
    if (isWaiting) drop();
    return false;
  }
  const int64_t deadline = nowMs() + LIMIT_MS;
  uint8_t header[HEAD_BYTES];
  alignas(cmsghdr) char control[CMSG_SPACE(16 * sizeof(int))];
  iovec part = {header, sizeof header};
  msghdr request = {};
  request.msg_iov = &part;
  request.msg_iovlen = 1;
  request.msg_control = control;
  request.msg_controllen = sizeof control;
  ssize_t count;
  do count = recvmsg(client_, &request, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  message.descriptors.clear();
  for (cmsghdr* at = CMSG_FIRSTHDR(&request); count > 0 && at != nullptr; at = CMSG_NXTHDR(&request, at)) {
    if (at->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t descriptors = (at->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t index = 0; index < descriptors; ++index) {
      int descriptor;
      memcpy(&descriptor, CMSG_DATA(at) + index * sizeof descriptor, sizeof descriptor);
      message.descriptors.push_back(descriptor);
    }
  }
  uint32_t size = 0;
  bool isWhole = count > 0 && receiveAll(client_, header + count, sizeof header - static_cast<std::size_t>(count), deadline);
  if (isWhole) {
    memcpy(&message.id, header, 2);
    memcpy(&message.command, header + 2, 2);
    memcpy(&size, header + 4, 4);
    memcpy(&message.flags, header + 8, 4);
    memcpy(&message.error, header + 12, 4);
    isWhole = size >= HEAD_BYTES && size <= MOST_BYTES;
  }
  if (isWhole) {
    message.payload.resize(size - HEAD_BYTES);
    isWhole = receiveAll(client_, message.payload.data(), message.payload.size(), deadline);
  }
  if (!isWhole) {
    for (const int each : message.descriptors) close(each);
    drop();
  }
  return isWhole;
}

void VfioUser::send(uint16_t id, uint16_t command, uint32_t flags, uint32_t error, const std::vector<uint8_t>& payload) {
  std::vector<uint8_t> bytes;
  bytes.reserve(HEAD_BYTES + payload.size());
  putTo(bytes, id, 2);
  putTo(bytes, command, 2);
  putTo(bytes, HEAD_BYTES + payload.size(), 4);
  putTo(bytes, flags, 4);
  putTo(bytes, error, 4);
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  for (std::size_t at = 0; client_ >= 0 && at < bytes.size();) {
    const ssize_t count = ::send(client_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (count > 0) at += static_cast<std::size_t>(count);
    else if (errno != EINTR) drop();
  }
}

void VfioUser::handle(Message& message) {
  uint32_t error = 0;
  std::vector<uint8_t> answer;
  // An answer that nobody awaits is not answered.
  const uint32_t type = message.flags & TYPE_MASK;
  try {
    if (type > IS_REPLY) throw Refusal{EINVAL};
    if (type != IS_REPLY) answer = answerTo(message);
  } catch (const Refusal& refusal) {
    error = static_cast<uint32_t>(refusal.error);
  } catch (const std::invalid_argument&) {
    error = EINVAL;
  } catch (const std::system_error& failure) {
    error = static_cast<uint32_t>(failure.code().value());
  } catch (const std::runtime_error&) {
    error = EIO;
  }
  for (const int each : message.descriptors) close(each);
  message.descriptors.clear();
  if (type == IS_REPLY || (message.flags & NO_REPLY) != 0) return;
  send(message.id, message.command, IS_REPLY | (error == 0 ? 0 : IS_ERROR), error, answer);
}

std::vector<uint8_t> VfioUser::answerTo(Message& message) {
  const std::vector<uint8_t>& in = message.payload;
  std::vector<uint8_t> out;
  switch (message.command) {
    case VERSION:
      return version(message);
    case DMA_MAP:
      map(message);
      return {};
    case DMA_UNMAP:
      if ((payloadAt(in, 4, 4) & UNMAP_ALL) != 0) memory_->clear();
      else memory_->unmap(payloadAt(in, 8, 8), payloadAt(in, 16, 8));
      return in;
    case GET_INFO:
      for (const uint32_t each : {16u, static_cast<uint32_t>(VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI),
                                  static_cast<uint32_t>(Function::REGIONS), static_cast<uint32_t>(Function::INDEXES)})
        putTo(out, each, 4);
      return out;
    case GET_REGION_INFO: {
      const auto index = static_cast<uint32_t>(payloadAt(in, 8, 4));
      if (index >= Function::REGIONS) throw Refusal{EINVAL};
      const uint64_t length = function_->lengthOf(index);
      for (const uint32_t each : {32u, length == 0 ? 0u : 3u, index, 0u}) putTo(out, each, 4);
      putTo(out, length, 8);
      putTo(out, 0, 8);
      return out;
    }
    case GET_IRQ_INFO: {
      const auto index = static_cast<uint32_t>(payloadAt(in, 8, 4));
      if (index >= Function::INDEXES) throw Refusal{EINVAL};
      const uint32_t vectors = function_->vectorsOf(index);
      const uint32_t flags = vectors == 0 ? 0 : VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
      for (const uint32_t each : {16u, flags, index, vectors}) putTo(out, each, 4);
      return out;
    }
    case SET_IRQS:
      setInterrupts(message);
      return {};
    case REGION_READ:
      return regionRead(message);
    case REGION_WRITE:
      regionWrite(message);
      return std::vector<uint8_t>(in.begin(), in.begin() + 16);
    case DEVICE_RESET:
      function_->reset();
      return {};
    default:
      throw Refusal{ENOTSUP};
  }
}

std::vector<uint8_t> VfioUser::version(const Message& message) const {
  const auto major = static_cast<uint16_t>(payloadAt(message.payload, 0, 2));
  const auto minor = static_cast<uint16_t>(payloadAt(message.payload, 2, 2));
  if (major != 0) throw Refusal{ENOTSUP};
  std::vector<uint8_t> out;
  putTo(out, 0, 2);
  putTo(out, minor > 1 ? 1 : minor, 2);
  const std::string text =
      "{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576,\"pgsizes\":4096,\"max_dma_maps\":65535}}";
  out.insert(out.end(), text.begin(), text.end());
  out.push_back(0);
  return out;
}

void VfioUser::map(Message& message) {
  const std::vector<uint8_t>& in = message.payload;
  const uint64_t flags = payloadAt(in, 4, 4);
  const int descriptor = message.descriptors.empty() ? -1 : message.descriptors[0];
  if (descriptor < 0 && (flags & BY_DESCRIPTOR) != 0) throw Refusal{EINVAL};
  memory_->map(payloadAt(in, 16, 8), payloadAt(in, 24, 8), (flags & 1) != 0, (flags & 2) != 0, descriptor, payloadAt(in, 8, 8));
}

void VfioUser::setInterrupts(Message& message) {
  const std::vector<uint8_t>& in = message.payload;
  const uint64_t flags = payloadAt(in, 4, 4);
  const auto index = static_cast<uint32_t>(payloadAt(in, 8, 4));
  const auto start = static_cast<uint32_t>(payloadAt(in, 12, 4));
  const auto count = static_cast<uint32_t>(payloadAt(in, 16, 4));
  if (index >= Function::INDEXES) throw Refusal{EINVAL};
  // Interrupts by a line, and of errors, are there in name alone.
  const uint32_t vectors = function_->vectorsOf(index);
  if (count == 0 && start == 0) {
    function_->disconnect(index);
    return;
  }
  if ((flags & VFIO_IRQ_SET_ACTION_TRIGGER) == 0 || (flags & VFIO_IRQ_SET_DATA_EVENTFD) == 0) throw Refusal{ENOTSUP};
  if (start > vectors || count > vectors - start) throw Refusal{EINVAL};
  std::vector<int> events(count, -1);
  for (std::size_t at = 0; at < message.descriptors.size() && at < events.size(); ++at) events[at] = message.descriptors[at];
  message.descriptors.erase(message.descriptors.begin(),
                            message.descriptors.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(count, message.descriptors.size())));
  function_->connect(index, start, events);
}

struct RegionAccess {
  uint64_t offset;
  uint32_t region;
  uint32_t count;
};

static RegionAccess accessOf(const std::vector<uint8_t>& in, const Function& function) {
  const RegionAccess access = {payloadAt(in, 0, 8), static_cast<uint32_t>(payloadAt(in, 8, 4)),
                               static_cast<uint32_t>(payloadAt(in, 12, 4))};
  const uint64_t length = access.region < Function::REGIONS ? function.lengthOf(access.region) : 0;
  if (access.count == 0 || access.count > MOST_DATA || access.offset > length || access.count > length - access.offset)
    throw Refusal{EINVAL};
  return access;
}

std::vector<uint8_t> VfioUser::regionRead(const Message& message) {
  const RegionAccess access = accessOf(message.payload, *function_);
  std::vector<uint8_t> out(message.payload.begin(), message.payload.begin() + 16);
  out.resize(16 + access.count);
  const bool isAnswered = function_->read(access.region, access.offset, out.data() + 16, access.count);
  if (access.region == Function::BAR_0) onRead();
  if (!isAnswered) throw Refusal{ETIMEDOUT};
  return out;
}

void VfioUser::regionWrite(const Message& message) {
  const RegionAccess access = accessOf(message.payload, *function_);
  if (message.payload.size() != 16 + static_cast<std::size_t>(access.count)) throw Refusal{EINVAL};
  function_->write(access.region, access.offset, message.payload.data() + 16, access.count);
}

// ---- requests of ours

bool VfioUser::ask(uint16_t command, const std::vector<uint8_t>& payload, Message& answer) {
  const uint16_t id = nextId_++;
  const int64_t deadline = nowMs() + LIMIT_MS;
  send(id, command, 0, 0, payload);
  while (client_ >= 0 && receive(answer, static_cast<int>(std::max<int64_t>(deadline - nowMs(), 0)))) {
    if ((answer.flags & TYPE_MASK) == IS_REPLY && answer.id == id) return (answer.flags & IS_ERROR) == 0;
    heldBytes_ += HEAD_BYTES + answer.payload.size();
    later_.push_back(std::move(answer));
    if (heldBytes_ > MOST_HELD || nowMs() >= deadline) drop();
  }
  return false;
}

bool VfioUser::readMemory(uint64_t address, uint8_t* bytes, uint32_t count) {
  std::vector<uint8_t> payload;
  putTo(payload, address, 8);
  putTo(payload, count, 8);
  Message answer;
  if (!ask(DMA_READ, payload, answer) || answer.payload.size() != 16 + static_cast<std::size_t>(count)) return false;
  memcpy(bytes, answer.payload.data() + 16, count);
  return true;
}

bool VfioUser::writeMemory(uint64_t address, const uint8_t* bytes, uint32_t count) {
  std::vector<uint8_t> payload;
  putTo(payload, address, 8);
  putTo(payload, count, 8);
  payload.insert(payload.end(), bytes, bytes + count);
  Message answer;
  return ask(DMA_WRITE, payload, answer);
}
